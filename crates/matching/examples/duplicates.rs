//! Times the search for duplicates: `cargo run --release --example duplicates [NEEDS]`, or prints the
//! pairs of a CSV file with id, title and content: `… --example duplicates FILE.csv`.
#![expect(clippy::print_stdout, reason = "a measuring tool talks to its terminal")]

use std::time::Instant;

use lianmeng_domain::text::normalise;
use lianmeng_matching::duplicates::{self, Item, Memory};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

const WORDS: &[&str] = &[
    "融资",
    "厂房",
    "招聘",
    "焊工",
    "蒸汽",
    "管道",
    "压力",
    "订单",
    "出口",
    "退税",
    "环评",
    "消防",
    "污水",
    "噪声",
    "电力",
    "增容",
    "公交",
    "入学",
    "公寓",
    "检测",
    "认证",
    "专利",
    "商标",
    "培训",
    "设备",
    "更新",
    "机器人",
    "轴承",
    "齿轮",
    "涂层",
    "电池",
    "隔膜",
    "面料",
    "阻燃",
    "染料",
    "织机",
    "混凝土",
    "钢结构",
    "盾构",
    "冷库",
    "物流",
    "港口",
    "芯片",
    "封装",
    "药品",
    "临床",
    "种子",
    "灌溉",
];

fn needs(count: usize) -> Vec<Item> {
    let mut random = StdRng::seed_from_u64(1);
    let mut text = |words: usize| -> String {
        let mut out = String::new();
        for _ in 0..words {
            out.push_str(WORDS[random.random_range(0..WORDS.len())]);
            // A rare character now and then, as names and places bring them.
            let rare = random.random_range(0x4e00..0x9fa5_u32);
            out.extend(char::from_u32(rare));
            if random.random_range(0..4) == 0 {
                out.push('，');
            }
        }
        out
    };
    (0..count)
        .map(|at| Item {
            id: format!("n{at}"),
            title: text(4),
            content: text(45),
            ..Item::default()
        })
        .collect()
}

fn print_pairs(path: &str) {
    let Ok(reader) = csv::Reader::from_path(path) else {
        println!("{path} cannot be read");
        return;
    };
    let items: Vec<Item> = reader
        .into_records()
        .filter_map(Result::ok)
        .map(|row| {
            let part = |at| normalise(row.get(at).unwrap_or_default());
            Item { id: part(0), title: part(1), content: part(2), ..Item::default() }
        })
        .collect();
    for pair in duplicates::pairs(&items).pairs {
        println!("{},{},{}", pair.need_id, pair.other_id, pair.points);
    }
}

fn main() {
    // A number asks for so many made-up needs, anything else names a file.
    let argument = std::env::args().nth(1);
    let asked = argument.as_ref().and_then(|count| count.parse().ok());
    if let (Some(path), None) = (&argument, asked) {
        return print_pairs(path);
    }
    for count in asked.map_or(vec![816, 10_000, 100_000], |count| vec![count]) {
        let items = needs(count);
        let start = Instant::now();
        let found = duplicates::pairs(&items);
        println!("{count} needs: all pairs in {:?}, {} shown", start.elapsed(), found.pairs.len());
        let start = Instant::now();
        let mut memory = Memory::default();
        for (id, item) in (0..).zip(&items) {
            memory.add(id, &item.title, &item.content);
        }
        println!("  memory built in {:?}", start.elapsed());
        let mut times: Vec<_> = items
            .iter()
            .take(200)
            .map(|asked| {
                let start = Instant::now();
                let ids = memory.candidates(&asked.title, &asked.content);
                let at = |id: u128| usize::try_from(id).ok().and_then(|at| items.get(at)).cloned();
                let among: Vec<Item> = ids.into_iter().filter_map(at).collect();
                drop(memory.compare(asked, &among));
                start.elapsed()
            })
            .collect();
        times.sort_unstable();
        println!("  one question: median {:?}, slowest {:?}", times[times.len() / 2], times.last());
    }
}
