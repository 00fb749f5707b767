//! How fast the machine is, apart from any server: figures of different days can be compared only
//! through this.

use std::io::{Read as _, Write as _};
use std::time::Duration;

use tokio::time::Instant;

use crate::Failure;
use crate::report::Calibration;

/// Round trips of one byte over loopback between two threads, and a loop that only computes.
pub(super) async fn run() -> Result<Calibration, Failure> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let echo = std::thread::spawn(move || -> std::io::Result<()> {
        let (mut stream, _) = listener.accept()?;
        stream.set_nodelay(true)?;
        let mut byte = [0];
        while stream.read_exact(&mut byte).is_ok() {
            stream.write_all(&byte)?;
        }
        Ok(())
    });
    let mut stream = std::net::TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    let mut trips = Vec::new();
    let mut byte = [7];
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_millis(300) {
        let start = Instant::now();
        stream.write_all(&byte)?;
        stream.read_exact(&mut byte)?;
        trips.push(start.elapsed().as_secs_f64() * 1e6);
    }
    drop(stream);
    echo.join().map_err(|_| "the echo thread failed")??;
    tokio::task::yield_now().await;
    Ok(Calibration {
        loopback_round_trip_us: super::median(trips),
        million_steps_us: super::median((0..50).map(|_| steps()).collect()),
    })
}

/// Microseconds of a million dependent steps.
fn steps() -> f64 {
    let start = Instant::now();
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    for _ in 0..1_000_000 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
    }
    std::hint::black_box(state);
    start.elapsed().as_secs_f64() * 1e6
}
