//! Column shapes that every table shares, and short forms for keys and indexes.

use sea_orm_migration::prelude::*;

/// An id: 26 characters, a ULID.
pub(crate) fn id(name: &'static str) -> ColumnDef {
    let mut column = ColumnDef::new(Alias::new(name));
    column.string_len(26).not_null();
    column
}

/// An id that may be absent.
pub(crate) fn id_null(name: &'static str) -> ColumnDef {
    let mut column = ColumnDef::new(Alias::new(name));
    column.string_len(26).null();
    column
}

/// Text of any length.
pub(crate) fn text(name: &'static str) -> ColumnDef {
    let mut column = ColumnDef::new(Alias::new(name));
    column.text().not_null();
    column
}

/// Text that may be absent.
pub(crate) fn text_null(name: &'static str) -> ColumnDef {
    let mut column = ColumnDef::new(Alias::new(name));
    column.text().null();
    column
}

/// A whole number of 32 bits.
pub(crate) fn int(name: &'static str) -> ColumnDef {
    let mut column = ColumnDef::new(Alias::new(name));
    column.integer().not_null();
    column
}

/// A whole number of 32 bits that may be absent.
pub(crate) fn int_null(name: &'static str) -> ColumnDef {
    let mut column = ColumnDef::new(Alias::new(name));
    column.integer().null();
    column
}

/// A whole number of 64 bits.
pub(crate) fn big(name: &'static str) -> ColumnDef {
    let mut column = ColumnDef::new(Alias::new(name));
    column.big_integer().not_null();
    column
}

/// A yes or no.
pub(crate) fn flag(name: &'static str) -> ColumnDef {
    let mut column = ColumnDef::new(Alias::new(name));
    column.boolean().not_null().default(false);
    column
}

/// A local date that may be absent.
pub(crate) fn date_null(name: &'static str) -> ColumnDef {
    let mut column = ColumnDef::new(Alias::new(name));
    column.date().null();
    column
}

/// A moment in UTC.
pub(crate) fn moment(name: &'static str) -> ColumnDef {
    let mut column = ColumnDef::new(Alias::new(name));
    column.timestamp_with_time_zone().not_null();
    column
}

/// A new table with these columns and this primary key.
pub(crate) fn table(
    name: &'static str,
    columns: Vec<ColumnDef>,
    key: &[&'static str],
) -> TableCreateStatement {
    let mut table = Table::create();
    table.table(Alias::new(name));
    for column in columns {
        table.col(column);
    }
    let mut index = Index::create();
    for column in key {
        index.col(Alias::new(*column));
    }
    table.primary_key(&mut index);
    table
}

/// A column that points at the key of another table.
pub(crate) fn refers(
    table: &mut TableCreateStatement,
    column: &'static str,
    to: (&'static str, &'static str),
) {
    table.foreign_key(
        ForeignKey::create().from_col(Alias::new(column)).to(Alias::new(to.0), Alias::new(to.1)),
    );
}

/// An index named after its table and columns.
pub(crate) fn index(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(format!("ix_{table}_{}", columns.join("_"))).table(Alias::new(table));
    for column in columns {
        index.col(Alias::new(*column));
    }
    index
}

/// A unique index named after its table and columns.
pub(crate) fn unique(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = index(table, columns);
    index.unique();
    index
}

/// A whole number of 64 bits that may be absent.
pub(crate) fn big_null(name: &'static str) -> ColumnDef {
    let mut column = ColumnDef::new(Alias::new(name));
    column.big_integer().null();
    column
}

/// A local date.
pub(crate) fn date(name: &'static str) -> ColumnDef {
    let mut column = ColumnDef::new(Alias::new(name));
    column.date().not_null();
    column
}

/// A moment in UTC that may be absent.
pub(crate) fn moment_null(name: &'static str) -> ColumnDef {
    let mut column = ColumnDef::new(Alias::new(name));
    column.timestamp_with_time_zone().null();
    column
}

/// Drops `tables`, the last first, so that none goes while another still points at it.
pub(crate) async fn drop_all(
    manager: &SchemaManager<'_>,
    tables: Vec<TableCreateStatement>,
) -> Result<(), DbErr> {
    for table in tables.into_iter().rev() {
        let name = table
            .get_table_name()
            .ok_or_else(|| DbErr::Migration("a table without a name".to_owned()))?
            .clone();
        manager.drop_table(Table::drop().table(name).to_owned()).await?;
    }
    Ok(())
}
