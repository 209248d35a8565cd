fn main() {
    for f in std::env::args().skip(1) {
        let text = std::fs::read_to_string(&f).unwrap();
        let p = lianmeng_planning::parse::parse(&text, Some(2)).unwrap();
        print!("{} ", f.rsplit('/').next().unwrap());
        if std::env::var("E").is_ok() { lianmeng_planning::probe_exact(&p) } else { lianmeng_planning::probe(&p, 1_000_000_000, 1); }
    }
}
