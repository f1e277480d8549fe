//! The commands about tasks.

use clap::{Args as ClapArgs, Subcommand};
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// Submit tasks, look at them, cancel them, try them anew
///
/// A task is durable once its id is printed. `sealbook work` runs it, in this or another process, now or after a restart; every
/// step is an entry of the ledger.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  sealbook task submit --kind process -- make report
  sealbook task submit --kind process --require-approvals 2 --requester ann -- ./deploy production
  sealbook task list --state failed --json")]
pub(crate) struct Task {
    #[command(subcommand)]
    pub(crate) command: TaskCommand,
}

/// What to do with tasks.
#[derive(Debug, Subcommand)]
pub(crate) enum TaskCommand {
    Submit(Box<Submit>),
    List(List),
    /// Show a task with its history and its pleas
    Show {
        /// The task's id
        id: String,
        #[command(flatten)]
        by: Viewer,
    },
    Watch(Watch),
    /// Show counts, rates and latencies for each kind and worker, over the last transitions
    Stats {
        /// How many transitions to look at
        #[arg(long, value_name = "N", default_value_t = 100_000)]
        window: u64,
        /// In the text format of Prometheus
        #[arg(long, conflicts_with = "json")]
        prometheus: bool,
    },
    /// Cancel a task: at once if it does not run, else by asking its handler to stop
    Cancel(Act),
    /// Try a failed or cancelled task anew, from the first attempt
    Retry(Act),
    /// Try a task anew whose attempts are spent
    Redrive(Act),
    /// Take a waiting task out until it is resumed
    Suspend(Act),
    /// Let a suspended task wait for its turn again
    Resume(Act),
    Limit(Limit),
}

/// Who acts.
#[derive(Debug, ClapArgs)]
pub(crate) struct Actor {
    /// Who acts [default: SEALBOOK_PRINCIPAL, else the user's name, else local]
    #[arg(long = "as", value_name = "PRINCIPAL")]
    pub(crate) principal: Option<String>,
}

/// Who looks.
#[derive(Debug, ClapArgs)]
pub(crate) struct Viewer {
    /// Who looks, where a list says who may see what [default: SEALBOOK_PRINCIPAL, else the user's name, else local]
    #[arg(long = "as", value_name = "PRINCIPAL")]
    pub(crate) principal: Option<String>,
}

/// Who acts, and why.
#[derive(Debug, ClapArgs)]
pub(crate) struct Reasoned {
    #[command(flatten)]
    pub(crate) by: Actor,
    /// Why
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub(crate) reason: String,
}

/// Limit or pause a kind, a key, a dependency or the whole queue, in all processes; without limits, show what is limited
///
/// What is given replaces what was set before. An adaptive limit is lowered when calls of the dependency fail, take too long or are throttled, and raised
/// while they succeed; it keeps what it has learned when it is set again within the same bounds.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Example:
  sealbook task limit --kind deploy --concurrency 1
  sealbook task limit --key api --rate 100 --per 60 --burst 10
  sealbook task limit --dependency model --adaptive 50
  sealbook task limit --queue --pause --reason 'maintenance'
  sealbook task limit --queue --lift
  sealbook task limit")]
pub(crate) struct Limit {
    /// Tasks of this kind
    #[arg(long, value_name = "KIND", group = "gate")]
    pub(crate) kind: Option<String>,
    /// Tasks with this concurrency key
    #[arg(long, value_name = "KEY", group = "gate")]
    pub(crate) key: Option<String>,
    /// Tasks that call this dependency
    #[arg(long, value_name = "KEY", group = "gate")]
    pub(crate) dependency: Option<String>,
    /// All tasks
    #[arg(long, group = "gate")]
    pub(crate) queue: bool,
    /// At most so many run at once
    #[arg(long, value_name = "N", requires = "gate")]
    pub(crate) concurrency: Option<u32>,
    /// As many run at once as the dependency bears, found by trying, and at most so many
    #[arg(long, value_name = "MOST", requires = "dependency", conflicts_with = "concurrency")]
    pub(crate) adaptive: Option<u32>,
    /// Never fewer than so many [default: 1]
    #[arg(long, value_name = "N", requires = "adaptive")]
    pub(crate) least: Option<u32>,
    /// So many at the beginning [default: 10, within the bounds]
    #[arg(long, value_name = "N", requires = "adaptive")]
    pub(crate) first: Option<u32>,
    /// At most so many start in the time that --per names
    #[arg(long, value_name = "STARTS", requires = "gate")]
    pub(crate) rate: Option<u32>,
    /// The time of the rate, in seconds
    #[arg(long, value_name = "SECONDS", requires = "rate", default_value = "1", value_parser = seconds)]
    pub(crate) per: Duration,
    /// So many may start at once after a pause [default: 1]
    #[arg(long, value_name = "N", requires = "rate")]
    pub(crate) burst: Option<u32>,
    /// Nothing starts
    #[arg(long, requires = "gate")]
    pub(crate) pause: bool,
    /// Lift all limits of it
    #[arg(long, requires = "gate", conflicts_with_all = ["concurrency", "adaptive", "rate", "pause"])]
    pub(crate) lift: bool,
    #[command(flatten)]
    pub(crate) act: Reasoned,
}

/// See the breakers of dependencies, and open and close them by hand
///
/// While a breaker is open, tasks that name its dependency are parked and spend no attempt. One that was opened by hand lets no probe through until it is
/// closed by hand. Each of these acts is an entry of the ledger, and needs the right to manage all kinds.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  sealbook breaker open api.example --reason 'maintenance until noon'
  sealbook breaker list --json
  sealbook breaker close api.example --reason 'it is back'")]
pub(crate) struct Breaker {
    #[command(subcommand)]
    pub(crate) command: BreakerCommand,
}

/// What to do with breakers.
#[derive(Debug, Subcommand)]
pub(crate) enum BreakerCommand {
    /// List the breakers of all dependencies that were ever called: where they stand, since when and why, and what they have counted
    List,
    /// Let nothing pass until it is closed by hand
    Open(ActOnBreaker),
    /// Let calls pass; tasks that were parked run at once
    Close(ActOnBreaker),
    /// Close it, and forget all that was learned about the dependency: counts, delays, retry budget, adaptive limit
    Reset(ActOnBreaker),
}

/// A breaker, who acts on it, and why.
#[derive(Debug, ClapArgs)]
pub(crate) struct ActOnBreaker {
    /// The dependency
    pub(crate) key: String,
    #[command(flatten)]
    pub(crate) act: Reasoned,
}

/// List the agents: what they can do, how they are, and how many tasks they have
///
/// An agent is a worker that presented a profile (`sealbook work --agent FILE`). One that has left or died is away, and keeps its figures.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  sealbook agents --json
  sealbook agents down reviewer --reason 'it approves everything'
  sealbook agents up reviewer --reason 'a new model'")]
pub(crate) struct Agents {
    #[command(subcommand)]
    pub(crate) command: Option<AgentsCommand>,
}

/// What to do with an agent.
#[derive(Debug, Subcommand)]
pub(crate) enum AgentsCommand {
    /// Take an agent out: it is given no task, also after a restart of its worker, until it is taken back in
    ///
    /// What it has at the moment it keeps. It is an entry of the ledger, and needs the right to manage all kinds.
    Down(ActOnAgent),
    /// Take an agent back in
    Up(ActOnAgent),
}

/// An agent, who acts on it, and why.
#[derive(Debug, ClapArgs)]
pub(crate) struct ActOnAgent {
    /// The agent's id
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) act: Reasoned,
}

/// Submit tasks at the times of a cron expression, for as long as some worker runs
///
/// A schedule is kept in the project. `sealbook work` submits what is due, once, however many workers there are; each run is a task like any other.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  sealbook schedule add mornings --cron '0 9 * * 1-5' --zone Europe/Berlin -- make report
  sealbook schedule list --json
  sealbook schedule pause mornings --as ann")]
pub(crate) struct Schedule {
    #[command(subcommand)]
    pub(crate) command: ScheduleCommand,
}

/// What to do with schedules.
#[derive(Debug, Subcommand)]
pub(crate) enum ScheduleCommand {
    Add(Box<Add>),
    /// List the schedules by name
    List,
    /// Remove a schedule; the tasks that it has made stay
    Remove(ActOnSchedule),
    /// Keep a schedule from making tasks until it is resumed
    Pause(ActOnSchedule),
    /// Let a paused schedule go on from now; what would have run meanwhile is left out
    Resume(ActOnSchedule),
}

/// Add a schedule, or put another in the place of one of the same name
///
/// Adding again what is there changes nothing. As long as the times stay the same, no missed run is lost, and a paused schedule stays paused.
#[derive(Debug, ClapArgs)]
pub(crate) struct Add {
    /// Its name, unique in the project
    pub(crate) name: String,
    /// Minute, hour, day of month, month and day of week; six fields begin with the second; or @daily and the like
    #[arg(long, value_name = "EXPRESSION")]
    pub(crate) cron: String,
    /// The time zone of these times, an IANA name
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    pub(crate) zone: String,
    /// What becomes of runs whose time passed while no worker ran: skip leaves them out, once makes up for them by one run, all by each
    #[arg(long, value_name = "POLICY", default_value = "skip")]
    pub(crate) missed: String,
    /// A run that is later than this counts as missed and not as late
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    pub(crate) grace: Duration,
    /// How many missed runs are started at a time
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(crate) limit: u32,
    /// For a new schedule: runs since this time in UTC count as missed, such as 2026-11-23T10:15:30.000000Z [default: it begins now]
    #[arg(long, value_name = "TIME")]
    pub(crate) from: Option<String>,
    #[command(flatten)]
    pub(crate) work: WorkOptions,
}

/// A schedule, and who acts on it.
#[derive(Debug, ClapArgs)]
pub(crate) struct ActOnSchedule {
    /// The schedule's name
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) by: Actor,
}

/// Submit a task, and print its id once it is durable
///
/// With --kind process, what stands behind `--` is a command with its arguments, which is run as it is, without a shell. Tasks of other
/// kinds take --arguments and are run by workers in other languages.
///
/// Entries that are recorded with the task are printed with --json, as "entries". Where the task is there already, under its idempotency key, they
/// are recorded all the same: give them ids, so that repeating the call repeats nothing.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  sealbook task submit --kind process --timeout 600 -- make report
  sealbook task submit --entry '{\"kind\":\"custom.order\",\"payload\":{\"order\":7}}' -- ./ship 7
  sealbook task submit --approval '{\"approvals\":1,\"levels\":[{\"roles\":[\"approver\"],\"deadline\":3600000}],\"signed\":true}' -- ./deploy")]
pub(crate) struct Submit {
    /// Read submissions from standard input, one JSON object a line, as in the guide to tasks; a thousand at a time are submitted all or none
    #[arg(long, conflicts_with_all = ["command", "arguments"])]
    pub(crate) lines: bool,
    /// Submitting again under the same key, within a day and by the same requester, is submitting once
    #[arg(long, value_name = "K")]
    pub(crate) idempotency_key: Option<String>,
    /// Run it after this task; may be given more than once
    #[arg(long, value_name = "TASK")]
    pub(crate) after: Vec<String>,
    /// What happens if one of those does not complete: block, cancel, fail or run
    #[arg(long, value_name = "WHAT", default_value = "fail", requires = "after")]
    pub(crate) on_failure: String,
    /// Not to start before so many seconds have passed
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) delay: Option<Duration>,
    /// Record this entry with the task, both or neither: {"kind": ..., "payload": {...}} with an optional "id"; may be given more than once
    #[arg(long, value_name = "JSON", conflicts_with = "lines")]
    pub(crate) entry: Vec<String>,
    #[command(flatten)]
    pub(crate) work: WorkOptions,
}

/// What is run, for whom and within which limits: of one task, or of each that a schedule makes.
#[derive(Debug, ClapArgs)]
pub(crate) struct WorkOptions {
    /// What sort of work
    #[arg(long, default_value = "process")]
    pub(crate) kind: String,
    /// The arguments as JSON, for kinds other than process
    #[arg(long, value_name = "JSON", conflicts_with = "command")]
    pub(crate) arguments: Option<String>,
    /// How urgent: 0 to 255, or low, medium, high or critical
    #[arg(long, value_name = "P", default_value = "medium")]
    pub(crate) priority: String,
    /// How often it is tried at most
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub(crate) max_attempts: u32,
    /// How long to wait after the first failed attempt; each further one doubles it
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = seconds)]
    pub(crate) retry_delay: Duration,
    /// So many principals must approve before it runs
    #[arg(long, value_name = "N")]
    pub(crate) require_approvals: Option<u32>,
    /// The role that the approvers must have; may be given more than once
    #[arg(
        long,
        value_name = "ROLE",
        default_value = "approver",
        requires = "require_approvals",
        conflicts_with = "approval"
    )]
    pub(crate) approver_role: Vec<String>,
    /// How long the approvers have; then it is denied
    #[arg(long, value_name = "SECONDS", default_value = "86400", value_parser = seconds, requires = "require_approvals", conflicts_with = "approval")]
    pub(crate) approval_deadline: Duration,
    /// The whole approval policy as JSON instead: {"approvals", "denials", "veto", "levels", "reasons", "signed", "delegation", "lifetime", "per"}
    #[arg(long, value_name = "JSON", conflicts_with = "require_approvals")]
    pub(crate) approval: Option<String>,
    /// For whom [default: SEALBOOK_PRINCIPAL, else the user's name, else local]
    #[arg(long, value_name = "ID")]
    pub(crate) requester: Option<String>,
    /// How long one attempt may take
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) timeout: Option<Duration>,
    /// How much memory one attempt may use, in MiB
    #[arg(long, value_name = "MIB")]
    pub(crate) memory: Option<u64>,
    /// How much time on a processor one attempt may use
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) cpu: Option<Duration>,
    /// Tasks with the same key share limits on concurrency
    #[arg(long, value_name = "KEY")]
    pub(crate) concurrency_key: Option<String>,
    /// The service that it needs, whose breaker guards it
    #[arg(long, value_name = "KEY")]
    pub(crate) dependency: Option<String>,
    /// What it needs of the agent that does it, as JSON: {"capabilities": [{"name", "version": [1, 2]}], "models", "agents", "max_cost", "strategy"}
    #[arg(long, value_name = "JSON")]
    pub(crate) needs: Option<String>,
    /// The command and its arguments
    #[arg(last = true, value_name = "CMD")]
    pub(crate) command: Vec<OsString>,
}

/// List tasks in the order of their submission
#[derive(Debug, ClapArgs)]
pub(crate) struct List {
    /// Only those in this state; may be given more than once
    #[arg(long, value_name = "S", value_delimiter = ',')]
    pub(crate) state: Vec<String>,
    /// Only those of this kind
    #[arg(long)]
    pub(crate) kind: Option<String>,
    /// Only those submitted after this one
    #[arg(long, value_name = "ID")]
    pub(crate) after: Option<String>,
    /// At most so many
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<usize>,
    #[command(flatten)]
    pub(crate) by: Viewer,
}

/// Follow what happens to tasks until they have ended, or to all tasks until Ctrl-C
#[derive(Debug, ClapArgs)]
pub(crate) struct Watch {
    /// The tasks; all of them if there is none
    #[arg(value_name = "ID")]
    pub(crate) ids: Vec<String>,
    /// Begin behind this event [default: at the beginning for given tasks, else with what happens from now on]
    #[arg(long, value_name = "NUMBER")]
    pub(crate) behind: Option<u64>,
    #[command(flatten)]
    pub(crate) by: Viewer,
}

/// Tasks, and who acts on them.
#[derive(Debug, ClapArgs)]
pub(crate) struct Act {
    /// The tasks' ids
    #[arg(value_name = "ID", required_unless_present_any = ["state", "kind"])]
    pub(crate) ids: Vec<String>,
    /// All tasks in one of these states instead
    #[arg(long, value_name = "STATE", conflicts_with = "ids", value_delimiter = ',')]
    pub(crate) state: Vec<String>,
    /// All tasks of this kind instead
    #[arg(long, conflicts_with = "ids")]
    pub(crate) kind: Option<String>,
    #[command(flatten)]
    pub(crate) act: Reasoned,
}

/// Run tasks of the kind process until Ctrl-C
///
/// Any number of workers may run at the same time, also on the same project. A worker that is killed loses its lease, and its tasks are run by
/// another; what it would still say about them is not accepted. After Ctrl-C no more tasks are begun, those that run have a moment to
/// end, and then they are interrupted and given back.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  sealbook work --until-idle --concurrency 4
  sealbook work --concurrency 2..16
  sealbook work --agent reviewer.json")]
pub(crate) struct Work {
    /// End when there is nothing left that would run without anybody acting
    #[arg(long)]
    pub(crate) until_idle: bool,
    /// How many tasks run at once, or at least and at most, to follow the load [default: one for each processor]
    #[arg(long, value_name = "N|MIN..MAX", value_parser = permits)]
    pub(crate) concurrency: Option<Permits>,
    /// How long a task that was told to stop has for it; then it is stuck, and another runs in its place
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = seconds)]
    pub(crate) grace: Duration,
    /// How many stuck tasks are replaced at once [default: as many as run at once]
    #[arg(long, value_name = "N")]
    pub(crate) spare: Option<usize>,
    /// How long this worker may be out of touch until others take its tasks over
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    pub(crate) lease: Duration,
    /// How long running tasks have to end after Ctrl-C
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub(crate) drain: Duration,
    /// The worker's id [default: made from the process id]
    #[arg(long, value_name = "ID")]
    pub(crate) id: Option<String>,
    /// For whom it works: it takes only kinds that this principal may run [default: SEALBOOK_PRINCIPAL, else the user's name, else local]
    #[arg(long = "as", value_name = "PRINCIPAL")]
    pub(crate) principal: Option<String>,
    /// The agent that this worker is, as a JSON file: {"id", "kinds", "capabilities", "models", "cost", "limit", "priority"}; only the id is needed
    #[arg(long, value_name = "FILE")]
    pub(crate) agent: Option<PathBuf>,
}

/// How many attempts a worker runs at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Permits {
    pub(crate) least: Option<usize>,
    pub(crate) most: usize,
}

fn permits(text: &str) -> Result<Permits, String> {
    let number = |text: &str| {
        let number: usize = text.parse().map_err(|_| format!("{text:?} is not a number"))?;
        if number == 0 { Err("0 tasks at once are none".to_owned()) } else { Ok(number) }
    };
    let Some((least, most)) = text.split_once("..") else {
        return Ok(Permits { least: None, most: number(text)? });
    };
    let (least, most) = (number(least)?, number(most)?);
    if least > most {
        return Err(format!("{least} is more than {most}"));
    }
    Ok(Permits { least: Some(least), most })
}

/// A number of seconds, with a fraction if need be.
fn seconds(text: &str) -> Result<Duration, String> {
    let number: f64 = text.parse().map_err(|_| format!("{text:?} is not a number of seconds"))?;
    Duration::try_from_secs_f64(number).map_err(|_| format!("{text} seconds cannot be waited"))
}
