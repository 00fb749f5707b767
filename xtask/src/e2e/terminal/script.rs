use std::fs;
use std::path::PathBuf;

use super::super::{Rig, tap};
use super::mask::mask;
use super::tmux::Tmux;
use super::world::World;
use crate::Failure;
use crate::steps::Tally;

/// Starts, looks at the servers, signs in, approves, denies, interrupts, ends and resumes.
pub(in super::super) fn run(rig: &Rig<'_>) -> Result<Tally, Failure> {
    let world = World::start(rig)?;
    let screens = Screens {
        folder: rig.workspace.root.join("e2e/screens"),
    };
    let mut tally = Tally::default();
    let tmux = Tmux::start(&world.command("chat"), 100, 30)?;
    let mut step = |what: &str, done: Result<(), Failure>| {
        tally += tap::report(&format!("chat: {what}"), done);
    };

    step("a server asks for the folders, and is told them", {
        folders(&tmux)
    });
    step("it starts and servers connect behind it", {
        tmux.wait("1/6 servers")
            .and_then(|seen| screens.hold("start", &seen))
    });
    step("/mcp status shows all six states", status(&tmux, &screens));
    step("/mcp connect signs in through a browser", {
        connect(&tmux, &screens)
            .map_err(|failure| format!("{failure}\nthe browser: {}", world.browser_log()).into())
    });
    step(
        "an answer streams in, as markdown",
        markdown(&tmux, &screens),
    );
    step("a call is asked for and approved", approve(&tmux, &screens));
    step("a call is denied, with a reason", deny(&tmux, &screens));
    step("esc interrupts", interrupt(&tmux, &screens));
    step("an unknown command is told what was meant", {
        tmux.enter("/mpc status")
            .and_then(|()| tmux.wait("did you mean /mcp?").map(drop))
            .and_then(|()| tmux.press("Escape"))
    });
    step("ctrl-c twice ends it", end(&tmux));
    drop(tmux);

    let tmux = Tmux::start(&world.command("chat --session last"), 60, 20)?;
    step("a session is resumed, on a small terminal", {
        folders(&tmux)
            .and_then(|()| tmux.wait("2/6 servers"))
            .and_then(|seen| {
                seen.contains("resumed")
                    .then_some(())
                    .ok_or("it does not say that it was resumed")?;
                screens.hold("resumed", &seen)
            })
    });
    step("a second chat on the same session is refused", {
        second(&world)
    });
    step("what was said is above", {
        tmux.press("PageUp")
            .and_then(|()| tmux.wait("lines below"))
            .and_then(|seen| screens.hold("scrolled", &seen))
    });
    step(
        "ctrl-d ends it",
        tmux.press("C-d")
            .and_then(|()| tmux.wait("ended with 0").map(drop)),
    );
    Ok(tally)
}

/// One of the servers is of an older revision and asks as soon as it is connected.
fn folders(tmux: &Tmux) -> Result<(), Failure> {
    tmux.wait("Tell the server your folders?")?;
    settle();
    tmux.press("y")?;
    tmux.wait_gone("Tell the server your folders?").map(drop)
}

fn status(tmux: &Tmux, screens: &Screens) -> Result<(), Failure> {
    tmux.enter("/mcp status")?;
    let seen = tmux.wait("tracker")?;
    let states = [
        "configured",
        "connecting",
        "connected",
        "disconnected",
        "auth_required",
        "auth_failed",
    ];
    if let Some(missing) = states.iter().find(|state| !seen.contains(*state)) {
        return Err(format!("no server is {missing}:\n{seen}").into());
    }
    screens.hold("status", &seen)
}

fn connect(tmux: &Tmux, screens: &Screens) -> Result<(), Failure> {
    tmux.write("/mcp connect tra")?;
    tmux.press("Tab")?;
    tmux.wait("/mcp connect tracker")?;
    tmux.press("Enter")?;
    tmux.wait("tracker is connected")?;
    let seen = tmux.wait("2/6 servers")?;
    screens.hold("connected", &seen)
}

fn markdown(tmux: &Tmux, screens: &Screens) -> Result<(), Failure> {
    tmux.enter("What is here?")?;
    tmux.wait("to see the first")?;
    let seen = tmux.wait("ready")?;
    screens.hold("markdown", &seen)
}

fn approve(tmux: &Tmux, screens: &Screens) -> Result<(), Failure> {
    tmux.enter("Please echo hello")?;
    tmux.wait("Allow this call?")?;
    settle();
    let seen = tmux.wait("y once")?;
    screens.hold("approval", &seen)?;
    tmux.press("y")?;
    tmux.wait_gone("Allow this call?")?;
    tmux.wait("Echo: hello")?;
    let seen = tmux.wait("ready")?;
    screens.hold("approved", &seen)
}

fn deny(tmux: &Tmux, screens: &Screens) -> Result<(), Failure> {
    tmux.enter("Now delete it all")?;
    tmux.wait("Allow this call?")?;
    settle();
    tmux.press("n")?;
    tmux.wait("Why not?")?;
    tmux.write("not on a Friday")?;
    tmux.press("Enter")?;
    tmux.wait("not on a Friday")?;
    let seen = tmux.wait("ready")?;
    screens.hold("denied", &seen)
}

fn interrupt(tmux: &Tmux, screens: &Screens) -> Result<(), Failure> {
    tmux.enter("Tell me a story")?;
    tmux.wait_until_seen("Once upon a")?;
    tmux.press("Escape")?;
    tmux.wait("interrupted")?;
    let seen = tmux.wait("ready")?;
    if seen.contains("very long story") {
        return Err(format!("the answer went on:\n{seen}").into());
    }
    screens.hold("interrupted", &seen)
}

fn end(tmux: &Tmux) -> Result<(), Failure> {
    tmux.press("C-c")?;
    tmux.wait("Ctrl-C again ends")?;
    tmux.press("C-c")?;
    let seen = tmux.wait("ended with 0")?;
    let told = seen.contains("keyway chat --session sess_");
    told.then_some(())
        .ok_or_else(|| format!("it does not say how to go on:\n{seen}").into())
}

fn second(world: &World) -> Result<(), Failure> {
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", &world.command("chat --session last -p hello")]);
    let finished = crate::process::run(&mut shell, crate::process::Show::Nothing)?;
    let refused = !finished.success && finished.output.contains("open in another terminal");
    refused.then_some(()).ok_or_else(|| finished.output.into())
}

/// A panel takes no key at once.
fn settle() {
    std::thread::sleep(std::time::Duration::from_millis(600));
}

/// The screens that are kept.
struct Screens {
    folder: PathBuf,
}

impl Screens {
    /// Holds a screen against the one that is kept. One that is not there yet is written, and has
    /// to be looked at and kept.
    fn hold(&self, name: &str, seen: &str) -> Result<(), Failure> {
        let seen = mask(seen) + "\n";
        let path = self.folder.join(format!("{name}.txt"));
        match fs::read_to_string(&path) {
            Ok(kept) if kept == seen => Ok(()),
            Ok(kept) => Err(format!(
                "the screen is not e2e/screens/{name}.txt (remove the file to have it written \
                 anew)\n--- kept\n{kept}--- seen\n{seen}"
            )
            .into()),
            Err(_) => {
                fs::create_dir_all(&self.folder)?;
                fs::write(&path, &seen)?;
                println!("# e2e/screens/{name}.txt is new: look at it and keep it");
                Ok(())
            }
        }
    }
}
