//! Calls in memory, beside bare rayon with as many threads: functions that do nothing, functions of about 20 µs, and one at a time.

use crate::{Run, compare};
use sealbook::tasks::{CallPolicy, Executor, ExecutorOptions};
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::{Acquire, Release};
use std::sync::mpsc::{Sender, channel};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

const THREADS: usize = 2;

/// About 20 µs of arithmetic, the same for all.
fn work(steps: u32) -> u64 {
    (0..steps)
        .fold(black_box(1), |x: u64, _| black_box(x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1)))
}

fn steps_of_20_micros() -> u32 {
    let mut steps = 1000;
    loop {
        let began = Instant::now();
        (0..100).for_each(|_| _ = black_box(work(steps)));
        if began.elapsed() >= Duration::from_millis(2) {
            return steps;
        }
        steps += steps / 10;
    }
}

/// Counts calls down, and wakes the thread that waits for the last of them.
#[derive(Clone)]
struct Latch(Arc<AtomicUsize>, Thread);

impl Latch {
    fn new(calls: usize) -> Self {
        Self(Arc::new(AtomicUsize::new(calls)), thread::current())
    }

    fn down(&self, answer: u64) {
        black_box(answer);
        if self.0.fetch_sub(1, Release) == 1 {
            self.1.unpark();
        }
    }

    fn wait(&self) {
        while self.0.load(Acquire) > 0 {
            thread::park();
        }
    }
}

/// The calls shared out beforehand among as many threads: what the machine's processors give when nothing has to be handed over.
fn shared_out(calls: usize, steps: u32) -> Duration {
    let began = Instant::now();
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| (0..calls / THREADS).for_each(|_| _ = black_box(work(steps))));
        }
    });
    began.elapsed()
}

/// Submits everything, and waits until the last is done.
fn rayon_latched(pool: &rayon::ThreadPool, calls: usize, steps: u32) -> Duration {
    let latch = Latch::new(calls);
    let began = Instant::now();
    for _ in 0..calls {
        let latch = latch.clone();
        pool.spawn(move || latch.down(work(steps)));
    }
    latch.wait();
    began.elapsed()
}

fn sealbook_latched(executor: &Executor, policy: &Arc<CallPolicy>, calls: usize, steps: u32) -> Duration {
    let latch = Latch::new(calls);
    let began = Instant::now();
    for _ in 0..calls {
        let latch = latch.clone();
        executor.submit(policy, move |_| Ok(latch.down(work(steps)))).unwrap();
    }
    latch.wait();
    began.elapsed()
}

/// Submits everything, and waits for an answer of each over one channel.
fn rayon(pool: &rayon::ThreadPool, calls: usize, steps: u32) -> Duration {
    let (answers, done) = channel();
    let began = Instant::now();
    for _ in 0..calls {
        let answers = answers.clone();
        pool.spawn(move || answers.send(work(steps)).unwrap());
    }
    drop(answers);
    assert_eq!(done.iter().count(), calls);
    began.elapsed()
}

fn sealbook(executor: &Executor, policy: &Arc<CallPolicy>, calls: usize, steps: u32) -> Duration {
    let (answers, done) = channel();
    let began = Instant::now();
    for _ in 0..calls {
        let answers = answers.clone();
        executor.submit(policy, move |_| Ok(answers.send(work(steps)).unwrap())).unwrap();
    }
    drop(answers);
    assert_eq!(done.iter().count(), calls);
    began.elapsed()
}

pub fn pools() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(THREADS).build().unwrap();
    let options = ExecutorOptions { threads: THREADS, capacity: usize::MAX, around: None };
    let (executor, policy) = (Executor::new(options).unwrap(), Arc::new(CallPolicy::default()));

    const NOTHING: usize = 500_000;
    let mut contestants: [(&str, Run<'_>); 2] = [
        ("rayon spawn", Box::new(|| rayon(&pool, NOTHING, 0))),
        ("sealbook executor", Box::new(|| sealbook(&executor, &policy, NOTHING, 0))),
    ];
    compare("calls of nothing, 2 threads, per call", NOTHING as f64, &mut contestants);

    const SOME: usize = 20_000;
    let steps = steps_of_20_micros();
    let alone = || {
        let began = Instant::now();
        (0..SOME).for_each(|_| _ = black_box(work(steps)));
        began.elapsed() / THREADS as u32
    };
    let mut contestants: [(&str, Run<'_>); 6] = [
        ("a loop, as if on 2 threads (ideal)", Box::new(alone)),
        ("the same loop shared out over 2 threads", Box::new(|| shared_out(SOME, steps))),
        ("rayon spawn, until the last is done", Box::new(|| rayon_latched(&pool, SOME, steps))),
        ("sealbook executor, until the last is done", Box::new(|| sealbook_latched(&executor, &policy, SOME, steps))),
        ("rayon spawn, an answer of each", Box::new(|| rayon(&pool, SOME, steps))),
        ("sealbook executor, an answer of each", Box::new(|| sealbook(&executor, &policy, SOME, steps))),
    ];
    compare("calls of 20 µs, 2 threads, per call", SOME as f64, &mut contestants);

    println!("\none call at a time, from its submission to its start");
    let delay = |submit: &dyn Fn(Sender<Instant>)| {
        let mut delays: Vec<Duration> = Vec::new();
        for _ in 0..5000 {
            let (answer, started) = channel();
            let began = Instant::now();
            submit(answer);
            delays.push(started.recv().unwrap() - began);
        }
        delays.sort();
        delays
    };
    let with_rayon = delay(&|answer| pool.spawn(move || answer.send(Instant::now()).unwrap()));
    let with_ours = delay(&|answer| {
        executor.submit(&policy, move |_| Ok(answer.send(Instant::now()).unwrap())).unwrap();
    });
    for (name, at) in [("p50", 50), ("p99", 99)] {
        let pick = |delays: &[Duration]| delays[delays.len() * at / 100];
        println!("  {name}: sealbook {:>9.1?}   rayon {:>9.1?}", pick(&with_ours), pick(&with_rayon));
    }
}
