//! The JSON half of a log. Transcripts, addresses and everything else that no claim needs are skipped as they
//! are read: real notes hold hundreds of megabytes of them.

use super::log::NotedAgent;
use serde::de::{Deserialize, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::marker::PhantomData;

/// The members that a claim needs.
#[derive(Debug, Default)]
pub(super) struct Metadata {
    pub(super) schema_version: Option<String>,
    pub(super) writer: Option<String>,
    pub(super) base_commit: Option<String>,
    pub(super) has_prompts: bool,
    pub(super) agents: HashMap<String, NotedAgent>,
    pub(super) people: HashSet<String>,
    pub(super) deviations: BTreeMap<&'static str, u64>,
}

/// What the members of an object are read into, one after the other.
trait Members: Default {
    fn member<'de, A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error>;
}

impl Members for Metadata {
    fn member<'de, A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "schema_version" => self.schema_version = map.next_value::<Text>()?.0,
            "git_ai_version" => self.writer = map.next_value::<Text>()?.0,
            "base_commit_sha" => self.base_commit = map.next_value::<Text>()?.0,
            "prompts" => {
                self.has_prompts = true;
                let Object(Named(prompts)) = map.next_value::<Object<Named<Prompt>>>()?;
                for (key, prompt) in prompts {
                    self.deviates("transcript", u64::from(prompt.has_transcript));
                    self.deviates("prompt_member_unknown", prompt.unknown);
                    self.add(key, prompt.agent);
                }
            }
            "sessions" => {
                let Object(Named(sessions)) = map.next_value::<Object<Named<Session>>>()?;
                for (key, session) in sessions {
                    self.deviates("session_member_unknown", session.unknown);
                    self.add(key, session.agent);
                }
            }
            "humans" => {
                let Object(Named(people)) = map.next_value::<Object<Named<Skipped>>>()?;
                self.people.extend(people.into_iter().map(|(key, _)| key));
            }
            _ => {
                map.next_value::<IgnoredAny>()?;
                self.deviates("member_unknown", 1);
            }
        }
        Ok(())
    }
}

impl Metadata {
    /// Reads one JSON object that fills the text.
    pub(super) fn read(text: &[u8]) -> serde_json::Result<Self> {
        let mut reader = serde_json::Deserializer::from_slice(text);
        let Object(metadata) = Object::<Self>::deserialize(&mut reader)?;
        reader.end()?;
        Ok(metadata)
    }

    fn add(&mut self, key: String, agent: Option<NotedAgent>) {
        match agent {
            Some(agent) => drop(self.agents.insert(key, agent)),
            None => self.deviates("record_without_agent", 1),
        }
    }

    fn deviates(&mut self, kind: &'static str, times: u64) {
        if times > 0 {
            *self.deviations.entry(kind).or_default() += times;
        }
    }
}

#[derive(Default)]
struct Prompt {
    agent: Option<NotedAgent>,
    has_transcript: bool,
    unknown: u64,
}

impl Members for Prompt {
    fn member<'de, A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "agent_id" => self.agent = map.next_value::<Option<Object<Agent>>>()?.map(|agent| agent.0.0),
            "messages" => self.has_transcript = map.next_value::<Filled>()?.0,
            "total_additions" | "total_deletions" | "accepted_lines" | "overriden_lines" | "human_author"
            | "messages_url" | "custom_attributes" => drop(map.next_value::<IgnoredAny>()?),
            _ => {
                map.next_value::<IgnoredAny>()?;
                self.unknown += 1;
            }
        }
        Ok(())
    }
}

#[derive(Default)]
struct Session {
    agent: Option<NotedAgent>,
    unknown: u64,
}

impl Members for Session {
    fn member<'de, A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "agent_id" => self.agent = map.next_value::<Option<Object<Agent>>>()?.map(|agent| agent.0.0),
            "human_author" | "custom_attributes" => drop(map.next_value::<IgnoredAny>()?),
            _ => {
                map.next_value::<IgnoredAny>()?;
                self.unknown += 1;
            }
        }
        Ok(())
    }
}

#[derive(Default)]
struct Agent(NotedAgent);

impl Members for Agent {
    fn member<'de, A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "tool" => self.0.tool = map.next_value::<Text>()?.0,
            "model" => self.0.model = map.next_value::<Text>()?.0,
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

/// An object whose members are named by the log itself.
struct Named<T>(Vec<(String, T)>);

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Value> Members for Named<T> {
    fn member<'de, A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        self.0.push((name.to_owned(), T::value(map)?));
        Ok(())
    }
}

/// What can be read as the value of a member.
trait Value: Sized {
    fn value<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Self, A::Error>;
}

impl<T: Members> Value for T {
    fn value<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Self, A::Error> {
        map.next_value::<Object<T>>().map(|object| object.0)
    }
}

/// A value that nobody needs.
struct Skipped;

impl Value for Skipped {
    fn value<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Self, A::Error> {
        map.next_value::<IgnoredAny>().map(|_| Self)
    }
}

struct Object<T>(T);

impl<'de, T: Members> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reading<T>(PhantomData<T>);
        impl<'de, T: Members> Visitor<'de> for Reading<T> {
            type Value = Object<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object<T>, A::Error> {
                let mut members = T::default();
                while let Some(name) = map.next_key::<Cow<'de, str>>()? {
                    members.member(&name, &mut map)?;
                }
                Ok(Object(members))
            }
        }
        deserializer.deserialize_map(Reading(PhantomData))
    }
}

/// A text, or nothing where something else stands.
struct Text(Option<String>);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// The longest text that is kept: names of tools and models, versions, ids.
        const MOST: usize = 4096;
        struct Reading;
        impl<'de> Visitor<'de> for Reading {
            type Value = Text;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Text, E> {
                match text.len() {
                    0..=MOST => Ok(Text(Some(text.to_owned()))),
                    long => Err(E::custom(format_args!("a name of {long} bytes"))),
                }
            }
            fn visit_unit<E>(self) -> Result<Text, E> {
                Ok(Text(None))
            }
            fn visit_bool<E>(self, _: bool) -> Result<Text, E> {
                Ok(Text(None))
            }
            fn visit_i64<E>(self, _: i64) -> Result<Text, E> {
                Ok(Text(None))
            }
            fn visit_u64<E>(self, _: u64) -> Result<Text, E> {
                Ok(Text(None))
            }
            fn visit_f64<E>(self, _: f64) -> Result<Text, E> {
                Ok(Text(None))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<Text, A::Error> {
                Err(A::Error::custom("a list where a text belongs"))
            }
            fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<Text, A::Error> {
                Err(A::Error::custom("an object where a text belongs"))
            }
        }
        deserializer.deserialize_any(Reading)
    }
}

/// Whether a list holds anything. What it holds is passed over.
struct Filled(bool);

impl<'de> Deserialize<'de> for Filled {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reading;
        impl<'de> Visitor<'de> for Reading {
            type Value = Filled;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }
            fn visit_unit<E>(self) -> Result<Filled, E> {
                Ok(Filled(false))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Filled, A::Error> {
                let mut is_filled = false;
                while list.next_element::<IgnoredAny>()?.is_some() {
                    is_filled = true;
                }
                Ok(Filled(is_filled))
            }
        }
        deserializer.deserialize_any(Reading)
    }
}
