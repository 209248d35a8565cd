//! Lianmeng: planning.

mod board;
mod exact;
mod improve;
mod mask;
pub mod parse;
pub mod problem;
mod random;
pub mod score;
mod shape;

/// temporary
pub fn probe(problem: &problem::Problem, moves: u64, seed: u64) {
    let shape = shape::Shape::new(problem);
    let mut a = improve::Annealer::new(&shape, None, 0, seed);
    let start = std::time::Instant::now();
    let mut last = None;
    let mut first=None;
    let mut n = 0;
    while n < moves {
        a.run(1000);
        n += 1000;
        let b = a.best().map(|f| f.breaks);
        if b.is_some() && first.is_none() { first = Some((start.elapsed().as_secs_f64()*1000., b)); }
        if b != last.map(|(b, _)| b) {
            last = b.map(|b| (b, start.elapsed().as_secs_f64() * 1000.));
        }
        if b == Some(0) || start.elapsed().as_millis() > 3000 { break; }
    }
    let f = a.best().map(|f| { let s = score::score(problem, &f.slots); assert!(s.findings.is_empty(), "{:?}", s.findings); s.breaks });
    println!("first {first:?} best {last:?} {f:?} total {:.0} ms, {n} moves {:?}", start.elapsed().as_secs_f64() * 1000., a.debug());
}

/// temporary
pub fn probe_exact(problem: &problem::Problem) {
    let shape = shape::Shape::new(problem);
    let start = std::time::Instant::now();
    let stop = || start.elapsed().as_millis() > 20000;
    let mut a = improve::Annealer::new(&shape, None, 0, 1);
    a.run(2_000_000);
    let up = a.best().map(|b| b.breaks);
    print!("anneal {:?} {:?} ", up, start.elapsed());
    let start2 = std::time::Instant::now();
    let Ok(mut e) = exact::Exact::new(problem, &shape, &stop) else { println!("too much {:?}", start2.elapsed()); return };
    print!("encode {:.2} ", start2.elapsed().as_secs_f64());
    let verbose = std::env::var("V").is_ok();
    loop {
        let p = e.run(if verbose {1000} else {1<<40}, up);
        if verbose { println!("{:?} {} {} {:?}", p, e.lower(), e.conflicts(), start2.elapsed()); }
        if p != exact::Progress::Open || stop() || Some(e.lower()) == up { 
            println!("{p:?} lower {} up {:?} found {:?} conflicts {} {:.2}", e.lower(), up, e.take_found().map(|s| {let s = score::score(problem, &s); (s.breaks, s.findings)}), e.conflicts(), start2.elapsed().as_secs_f64());
            break; }
    }
}
