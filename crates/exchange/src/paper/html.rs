//! A document as a page to print.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{Block, Document, Grid, Shape, Sheet};

const STYLE: &str = "
body { font-family: 'Noto Serif CJK SC', 'Songti SC', SimSun, serif; margin: 2em auto; padding: 0 1em; max-width: 60em; color: #111 }
section { break-before: page }
h1, h2, h3 { font-family: 'Noto Sans CJK SC', 'Heiti SC', SimHei, sans-serif; line-height: 1.3; break-after: avoid }
table { border-collapse: collapse; width: 100%; table-layout: fixed }
th, td { border: 1px solid #999; padding: .35em .6em; text-align: left; overflow-wrap: anywhere; white-space: pre-line }
thead { display: table-header-group }
tr { break-inside: avoid }
.card { text-align: center; padding-top: 12vh }
.card table { text-align: left }
.number { font-size: 7em; font-weight: bold; line-height: 1.2 }
.note, footer { color: #555 }
footer { border-top: 1px solid #999; font-size: .8em; margin-top: 2em }
@page { size: A4; margin: 18mm; @bottom-center { content: counter(page) ' / ' counter(pages) } }
";

/// The document as HTML. Texts are escaped, nothing is loaded from elsewhere.
pub fn html(document: &Document) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="zh-CN" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                title { (document.title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                @for one in &document.sheets { (sheet(one)) }
                footer {
                    @for (label, text) in document.stamp.parts() { p { (label) "：" (text) } }
                }
            }
        }
    };
    page.into_string()
}

fn sheet(sheet: &Sheet) -> Markup {
    let blocks = html! { @for one in &sheet.blocks { (block(one)) } };
    match sheet.shape {
        Shape::Cover => html! { header { (blocks) } },
        Shape::Plain => html! { section { (blocks) } },
        Shape::Card => html! { section.card { (blocks) } },
    }
}

fn block(block: &Block) -> Markup {
    match block {
        Block::Title(text) => html! { h1 { (text) } },
        Block::Heading(text) => html! { h2 { (text) } },
        Block::Subheading(text) => html! { h3 { (text) } },
        Block::Line(text) => html! { p { (text) } },
        Block::Note(text) => html! { p.note { (text) } },
        Block::Number(text) => html! { div.number { (text) } },
        Block::Table(grid) => table(grid),
    }
}

fn table(grid: &Grid) -> Markup {
    let whole: u32 = grid.columns.iter().map(|column| u32::from(column.weight)).sum();
    let share = |weight: u16| u32::from(weight) * 100 / whole.max(1);
    html! {
        table {
            colgroup {
                @for column in &grid.columns { col style={ "width:" (share(column.weight)) "%" }; }
            }
            thead { tr { @for column in &grid.columns { th { (column.name) } } } }
            tbody {
                @for row in &grid.rows { tr { @for cell in row { td { (cell) } } } }
            }
        }
    }
}
