//! Servers that messages are sent to: a mail server that keeps what it took, and a receiver of
//! webhooks that answers as it was told.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use mailin::{Action, Handler, Response, SessionBuilder, response};

/// Mail as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Who it is from, on the envelope.
    pub from: String,
    /// To whom.
    pub to: Vec<String>,
    /// Headers and body.
    pub data: String,
}

impl Letter {
    /// The value of a header, folded lines joined.
    pub fn header(&self, name: &str) -> Option<String> {
        let (head, _) = self.data.split_once("\r\n\r\n")?;
        let head = head.replace("\r\n ", " ");
        let mut lines = head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned())
    }

    /// The bodies of its parts in base64, the first one first.
    pub fn parts(&self) -> Vec<String> {
        let bodies = self.data.split("\r\n\r\n").skip(2);
        let clean = |body: &str| body.split("\r\n--").next().unwrap().replace("\r\n", "");
        bodies.map(clean).collect()
    }
}

type Letters = Arc<Mutex<Vec<Letter>>>;
type Answers = Arc<Mutex<VecDeque<u16>>>;

/// A mail server on this machine; it speaks SMTP without TLS.
#[derive(Debug)]
pub struct MailServer {
    /// Its port.
    pub port: u16,
    letters: Letters,
    answers: Answers,
}

impl Default for MailServer {
    fn default() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (letters, answers) = (Letters::default(), Answers::default());
        let talk = Talk { letters: Arc::clone(&letters), answers: Arc::clone(&answers), now: None };
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, talk) = (stream.unwrap(), talk.clone());
                // A client that goes away is no failure of the server.
                std::thread::spawn(move || serve(stream, talk).unwrap_or_default());
            }
        });
        Self { port, letters, answers }
    }
}

impl MailServer {
    /// The next letters are answered with these codes, such as 451, instead of being taken.
    pub fn refuse(&self, codes: &[u16]) {
        self.answers.lock().unwrap().extend(codes);
    }

    /// What it took so far.
    pub fn letters(&self) -> Vec<Letter> {
        self.letters.lock().unwrap().clone()
    }
}

/// One conversation.
#[derive(Clone)]
struct Talk {
    letters: Letters,
    answers: Answers,
    now: Option<Letter>,
}

impl Handler for Talk {
    fn data_start(&mut self, _: &str, from: &str, _: bool, to: &[String]) -> Response {
        if let Some(code) = self.answers.lock().unwrap().pop_front() {
            return Response::custom(code, "not now".to_owned());
        }
        self.now = Some(Letter { from: from.to_owned(), to: to.to_vec(), data: String::new() });
        response::OK
    }

    fn data(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        if let Some(letter) = &mut self.now {
            letter.data.push_str(std::str::from_utf8(bytes).unwrap());
        }
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        self.letters.lock().unwrap().extend(self.now.take());
        response::OK
    }
}

fn serve(stream: TcpStream, talk: Talk) -> std::io::Result<()> {
    let mut out = stream.try_clone()?;
    let mut session = SessionBuilder::new("mail.test").build(IpAddr::V4(Ipv4Addr::LOCALHOST), talk);
    session.greeting().write_to(&mut out)?;
    let mut lines = BufReader::new(stream);
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line)? > 0 {
        let answer = session.process(&line);
        line.clear();
        match answer.action {
            Action::Reply => answer.write_to(&mut out)?,
            Action::Close => return answer.write_to(&mut out),
            Action::NoReply | Action::UpgradeTls => {}
        }
    }
    Ok(())
}

/// A request as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Called {
    /// Headers, their names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl Called {
    /// The value of a header.
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(header, _)| header == name);
        found.map_or("", |(_, value)| value.as_str())
    }
}

/// A receiver of webhooks on this machine.
#[derive(Debug)]
pub struct Receiver {
    /// Where it listens.
    pub url: String,
    calls: Arc<Mutex<Vec<Called>>>,
}

impl Receiver {
    /// One that answers with these codes in turn, with 200 afterwards.
    pub fn answering(codes: &[u16]) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let calls = Arc::new(Mutex::new(Vec::new()));
        let (kept, mut codes) = (Arc::clone(&calls), VecDeque::from(codes.to_vec()));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let code = codes.pop_front().unwrap_or(200);
                // A client that goes away is no failure of the server.
                answer(stream.unwrap(), code, &kept).unwrap_or_default();
            }
        });
        Self { url, calls }
    }

    /// What it was sent so far.
    pub fn calls(&self) -> Vec<Called> {
        self.calls.lock().unwrap().clone()
    }
}

fn answer(stream: TcpStream, code: u16, kept: &Mutex<Vec<Called>>) -> std::io::Result<()> {
    let mut out = stream.try_clone()?;
    let mut input = BufReader::new(stream);
    let mut headers = Vec::new();
    let mut line = String::new();
    input.read_line(&mut line)?;
    loop {
        line.clear();
        input.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.push((name.to_lowercase(), value.to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let mut body = vec![0; length.map_or(0, |(_, value)| value.parse().unwrap())];
    input.read_exact(&mut body)?;
    // Kept before it is answered: whoever has the answer finds it here.
    kept.lock().unwrap().push(Called { headers, body: String::from_utf8(body).unwrap() });
    // To itself: whoever follows comes back.
    let here = out.local_addr()?;
    let more =
        if code == 302 { format!("location: http://{here}/hook\r\n") } else { String::new() };
    write!(out, "HTTP/1.1 {code} x\r\ncontent-length: 0\r\nconnection: close\r\n{more}\r\n")
}
