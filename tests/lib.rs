//! Black-box tests live beside this file; nothing here is used by the program.
