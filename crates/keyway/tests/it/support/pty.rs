use std::fs::File;
use std::io::{Read as _, Write as _};
use std::process::Child;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use super::World;

/// The program on a terminal of its own, and a person who types.
pub(crate) struct Pty {
    child: Child,
    keyboard: File,
    screen: Arc<Mutex<String>>,
    /// How much of the screen was read.
    seen: AtomicUsize,
}

impl Pty {
    /// Starts the program with its three streams on the terminal.
    pub(crate) fn start(world: &World, arguments: &[&str]) -> Self {
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&ours).unwrap();
        unlockpt(&ours).unwrap();
        let size = Winsize {
            ws_row: 30,
            ws_col: 100,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&ours, size).unwrap();
        let name = ptsname(&ours, Vec::new()).unwrap();
        let flags = OFlags::RDWR | OFlags::NOCTTY;
        let theirs = File::from(rustix::fs::open(name.as_c_str(), flags, Mode::empty()).unwrap());
        let child = world
            .command(arguments)
            .stdin(theirs.try_clone().unwrap())
            .stdout(theirs.try_clone().unwrap())
            .stderr(theirs)
            .spawn()
            .unwrap();
        let keyboard = File::from(ours);
        let mut reader = keyboard.try_clone().unwrap();
        let screen = Arc::new(Mutex::new(String::new()));
        let shown = Arc::clone(&screen);
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            // Reading fails once the last of the program's streams is closed.
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                shown
                    .lock()
                    .push_str(&String::from_utf8_lossy(&bytes[..count]));
            }
        });
        Self {
            child,
            keyboard,
            screen,
            seen: AtomicUsize::new(0),
        }
    }

    /// Waits until this is shown, after what was waited for before.
    pub(crate) fn expect(&self, text: &str) -> &Self {
        for _ in 0..1_500 {
            let from = self.seen.load(Ordering::SeqCst);
            let screen = self.screen.lock();
            if let Some(at) = screen[from..].find(text) {
                self.seen.store(from + at + text.len(), Ordering::SeqCst);
                return self;
            }
            drop(screen);
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("waited in vain for {text:?} on:\n{}", self.screen.lock());
    }

    /// Types a line.
    pub(crate) fn type_line(&self, line: &str) -> &Self {
        self.press(&format!("{line}\n"))
    }

    /// Presses keys, one after the other.
    pub(crate) fn press(&self, keys: &str) -> &Self {
        (&self.keyboard).write_all(keys.as_bytes()).unwrap();
        self
    }

    /// Waits for the end: the exit code and all that was shown.
    pub(crate) fn end(mut self) -> (i32, String) {
        for _ in 0..1_500 {
            if let Some(status) = self.child.try_wait().unwrap() {
                // What was written last is still on its way.
                std::thread::sleep(Duration::from_millis(50));
                return (status.code().unwrap_or(-1), self.screen.lock().clone());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("it does not end:\n{}", self.screen.lock());
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
