//! Schedules for host languages.

use super::Orchestrator;
use sealbook::Result;
use sealbook::tasks::{self, Key, Principal};
use serde_json::Value;

impl Orchestrator {
    /// Puts a schedule from the JSON object that [`tasks::schedule_of`] reads, and returns it as it stands.
    ///
    /// # Errors
    /// As [`tasks::schedule_of`] and [`tasks::Engine::put_schedule`].
    pub fn schedule(&self, request: &str) -> Result<String> {
        let scheduled = self.engine.put_schedule(tasks::schedule_of(request)?)?;
        Ok(tasks::schedule_json(&scheduled).to_string())
    }

    /// Removes a schedule; the tasks that it has made stay.
    ///
    /// # Errors
    /// `INVALID_TASK` for a name that is none, and those of [`tasks::Engine::remove_schedule`].
    pub fn unschedule(&self, name: &str, principal: &str) -> Result<()> {
        self.engine.remove_schedule(&Key::parse(name)?, Principal::parse(principal)?)
    }

    /// Pauses a schedule or lets it go on, and returns it as it stands then.
    ///
    /// # Errors
    /// As [`Orchestrator::unschedule`].
    pub fn pause_schedule(&self, name: &str, paused: bool, principal: &str) -> Result<String> {
        let (name, who) = (Key::parse(name)?, Principal::parse(principal)?);
        let scheduled = if paused {
            self.engine.pause_schedule(&name, who)
        } else {
            self.engine.resume_schedule(&name, who)
        }?;
        Ok(tasks::schedule_json(&scheduled).to_string())
    }

    /// All schedules by name, as an array.
    ///
    /// # Errors
    /// `TAMPERED` if one cannot be read, and those of reading the store.
    pub fn schedules(&self) -> Result<String> {
        let schedules = self.engine.schedules()?;
        Ok(schedules.iter().map(tasks::schedule_json).collect::<Value>().to_string())
    }
}
