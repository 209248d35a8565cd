//! A line between a process and a server, which a test can cut.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};

/// Passes bytes on to a server of this machine until it is cut.
///
/// While it is cut nothing passes and nobody is told: connections stay open, new ones are taken.
#[derive(Debug)]
pub struct Line {
    port: u16,
    state: Arc<(Mutex<State>, Condvar)>,
}

#[derive(Debug, Default)]
struct State {
    is_cut: bool,
    is_over: bool,
    /// Connections made before the last [`Line::mend`]; what they still hold is lost.
    lost: usize,
    open: Vec<TcpStream>,
}

impl Line {
    /// A line to the server on `port`.
    pub fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let line = Self { port: listener.local_addr().unwrap().port(), state: Arc::default() };
        let state = Arc::clone(&line.state);
        std::thread::spawn(move || {
            for near in listener.incoming() {
                let Ok(near) = near else { continue };
                if state.0.lock().unwrap().is_over {
                    return;
                }
                // A server that is away is as good as a closed connection.
                let Ok(far) = TcpStream::connect(("127.0.0.1", port)) else { continue };
                let mut now = state.0.lock().unwrap();
                for (from, to) in [(&near, &far), (&far, &near)] {
                    now.open.push(from.try_clone().unwrap());
                    let (from, to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                    let (number, state) = (now.open.len(), Arc::clone(&state));
                    std::thread::spawn(move || pass(from, to, number, &state));
                }
            }
        });
        line
    }

    /// The port to connect to in place of the server's.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// From now on nothing passes.
    pub fn cut(&self) {
        self.state.0.lock().unwrap().is_cut = true;
    }

    /// Lets pass what was sent meanwhile, late, and all that follows.
    pub fn resume(&self) {
        self.state.0.lock().unwrap().is_cut = false;
        self.state.1.notify_all();
    }

    /// As [`Line::resume`], but connections from before break, and what was on its way is lost.
    pub fn mend(&self) {
        let mut state = self.state.0.lock().unwrap();
        state.lost = state.open.len();
        for stream in &state.open {
            let _closed_already = stream.shutdown(Shutdown::Both);
        }
        drop(state);
        self.resume();
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.state.0.lock().unwrap().is_over = true;
        self.mend();
        let _wakes_the_listener = TcpStream::connect(("127.0.0.1", self.port));
    }
}

/// Passes bytes on for as long as both sides are there.
fn pass(mut from: TcpStream, mut to: TcpStream, number: usize, state: &(Mutex<State>, Condvar)) {
    let mut bytes = [0; 16 * 1024];
    loop {
        let read = from.read(&mut bytes).unwrap_or(0);
        let now = state.1.wait_while(state.0.lock().unwrap(), |now| now.is_cut).unwrap();
        if number <= now.lost {
            return;
        }
        drop(now);
        if read == 0 || to.write_all(&bytes[..read]).is_err() {
            let _closed_already = to.shutdown(Shutdown::Both);
            return;
        }
    }
}
