//! Imports from files to tables: planted dirt, wrong input, and the real sets where they are present.

#[cfg(test)]
mod dirt;
#[cfg(test)]
mod real;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod world;
