//! A wall clock that a test sets, for the processes of a [`Program`].

use std::path::PathBuf;

use tempfile::TempDir;

use crate::Program;

/// The time of day as some processes see it; time that passes is not touched, as when the clock of a
/// machine is set.
#[derive(Debug)]
pub struct WallClock {
    library: PathBuf,
    folder: TempDir,
}

impl WallClock {
    /// A clock that is right so far; says that the test is skipped where libfaketime is not
    /// installed.
    pub fn new() -> Option<Self> {
        let of = |folder: &str| PathBuf::from(folder).join("faketime/libfaketimeMT.so.1");
        let arch = std::env::consts::ARCH;
        let folders =
            [format!("/usr/lib/{arch}-linux-gnu"), "/usr/lib".into(), "/usr/lib64".into()];
        let Some(library) = folders.iter().map(|folder| of(folder)).find(|path| path.is_file())
        else {
            println!("skipped: libfaketime is not installed; on Debian the package is faketime");
            return None;
        };
        let clock = Self { library, folder: tempfile::tempdir().unwrap() };
        clock.set(0);
        Some(clock)
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("now")
    }

    /// The clock jumps to so many hours from the right time.
    pub fn set(&self, hours: i64) {
        // Renamed: nobody reads half of it.
        let next = self.folder.path().join("next");
        std::fs::write(&next, format!("{hours:+}h\n")).unwrap();
        std::fs::rename(next, self.file()).unwrap();
    }

    /// Gives this clock to whatever `program` starts from now on.
    pub fn give(&self, program: &mut Program) {
        program.set("LD_PRELOAD", self.library.to_str().unwrap());
        program.set("FAKETIME_TIMESTAMP_FILE", self.file().to_str().unwrap());
        program.set("FAKETIME_NO_CACHE", "1");
        program.set("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    }
}
