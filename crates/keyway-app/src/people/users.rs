use keyway_core::{Error, Principal, UserId};

use super::{MemberView, People};

impl People {
    /// Keeps a person out everywhere: keys, tokens and web sessions end at once. They are a member
    /// still.
    pub async fn disable_user(&self, who: &Principal, user: &UserId) -> Result<MemberView, Error> {
        let _ = (who, user);
        todo!()
    }

    /// Lets a disabled person in again. What ended stays ended, but for their keys.
    pub async fn enable_user(&self, who: &Principal, user: &UserId) -> Result<MemberView, Error> {
        let _ = (who, user);
        todo!()
    }
}
