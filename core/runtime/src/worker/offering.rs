//! A worker's free places, offered to whoever submits in its process.

use super::{LOOK, Progress, Worker};
use crate::engine::{Claimed, Standby};

impl Worker<'_> {
    /// Offers its free places, if there are any, to whoever submits in this process.
    pub(super) fn stand_by(&mut self, tell: &mut dyn FnMut(Progress)) {
        // The number of permits may have changed since.
        if self.standby.as_ref().is_some_and(|standby| standby.most != self.room(&[])) {
            self.end_standby(tell);
        }
        let free = self.free(&[]);
        if self.standby.is_none() && free > 0 {
            self.standby = Some(self.engine.stand_by(self.renewal.lease(), free, self.kinds.clone()));
        }
    }

    /// Begins what it was given while it stands by. Returns whether there was anything.
    pub(super) fn take_given(&mut self, tell: &mut dyn FnMut(Progress)) -> bool {
        let Some(claimed) = self.standby.as_ref().and_then(Standby::given) else { return false };
        self.standby = None;
        self.begin_given(claimed, tell)
    }

    /// Whatever was given under a lease that is lost by now is another's to run.
    fn begin_given(&mut self, mut claimed: Vec<Claimed>, tell: &mut dyn FnMut(Progress)) -> bool {
        let term = self.renewal.lease().term;
        claimed.retain(|claimed| claimed.lease.term == term);
        let was_given = !claimed.is_empty();
        self.begin_all(claimed, tell);
        was_given
    }

    /// Takes its offer back, and begins what it was given. Returns whether there was anything.
    pub(super) fn end_standby(&mut self, tell: &mut dyn FnMut(Progress)) -> bool {
        let Some(standby) = self.standby.take() else { return false };
        match self.engine.end_standby(standby) {
            Ok(claimed) => self.begin_given(claimed, tell),
            Err(standby) => {
                self.standby = Some(standby);
                false
            }
        }
    }

    /// Waits for whoever submits with its offer, and returns what is not to begin any more.
    pub(super) fn recall(&mut self) -> Vec<Claimed> {
        while let Some(standby) = self.standby.take() {
            let rings = self.engine.rings();
            match self.engine.end_standby(standby) {
                Ok(claimed) => return claimed,
                Err(standby) => self.standby = Some(standby),
            }
            self.engine.wait_beyond(rings, LOOK);
        }
        Vec::new()
    }
}

impl Drop for Worker<'_> {
    /// Whatever has ended it, nobody is to give it anything any more.
    fn drop(&mut self) {
        if let Some(standby) = self.standby.take() {
            let _ = self.engine.end_standby(standby);
        }
    }
}
