# The generated Ruby module: one scenario, and the shared vectors.  test_sealbook.rb PROJECT

require "tmpdir"
require_relative "support"

PROJECT = ARGV.fetch(0)
ID = "019aafdc-5d6b-7fff-bfff-ffffffffffff"
FAILED = Sealbook::SealbookError::Failed

def vectors(name)
  JSON.parse(File.read(File.join(PROJECT, "tests/vectors", name)))
end

# Keeps what it is told, and answers with what the block returns.
class Listener
  attr_reader :told

  def initialize(&answer)
    @told = []
    @answer = answer
  end

  def progress(done, total)
    @told << [done, total]
    @answer.call
  end
end

test "what was recorded is found and verified after reopening" do
  Dir.mktmpdir do |folder|
    ledger = Sealbook::Ledger.open(folder, Sealbook::OpenOptions.new(create: true, origin: "example.org/uniffi"))
    entry = ledger.record("human_review", '{ "spec": "F-1" }')
    equal [1, "human_review", '{"spec":"F-1"}'], [entry.seq, entry.kind, entry.payload]
    ledger.close
    failing("CLOSED") { ledger.record("human_review", "{}") }

    ledger = Sealbook::Ledger.open(folder)
    equal entry, ledger.get("1")
    equal entry, ledger.get(entry.id)
    equal entry.leaf_hash, ledger.get("1").leaf_hash
    equal "example.org/uniffi", ledger.origin
    report = ledger.verify(Sealbook::Expected.new(origin: "example.org/uniffi", size: 2))
    equal [Sealbook::Verdict::INTACT, 2, []], [report.verdict, report.entries, report.faults]
  end
end

test "the same id records once" do
  ledger = Sealbook::Ledger.in_memory
  first = ledger.record("custom.x", '{"a":1}', ID)
  equal first, ledger.record("custom.x", '{"a":1.0}', ID)
  failing("ID_CONFLICT") { ledger.record("custom.x", '{"a":2}', ID) }
  equal 2, ledger.size
end

test "many are recorded together or not at all" do
  ledger = Sealbook::Ledger.in_memory
  good = %w[custom.a custom.b].map { |kind| Sealbook::NewEntry.new(kind: kind, payload: "{}") }
  equal [1, 2], ledger.record_many(good).map(&:seq)
  bad = good + [Sealbook::NewEntry.new(kind: "sys.key", payload: "{}")]
  equal({ "record" => "2" }, failing("RESERVED_KIND") { ledger.record_many(bad) }.context)
  equal 3, ledger.size
end

test "pages follow each other" do
  ledger = Sealbook::Ledger.in_memory
  5.times { |n| ledger.record("custom.x", %({"n":#{n}})) }
  page = ledger.query(Sealbook::Query.new(kind: "custom.*", limit: 2))
  equal [5, 4], page.entries.map(&:seq)
  page = ledger.query(Sealbook::Query.new(kind: "custom.*", limit: 9, cursor: page._next)) # a keyword in Ruby
  equal [[3, 2, 1], nil], [page.entries.map(&:seq), page._next]
  oldest = ledger.query(Sealbook::Query.new(order: Sealbook::Order::OLDEST, limit: 1))
  equal "sys.genesis", oldest.entries.first.kind
  failing("INVALID_QUERY") { ledger.query(Sealbook::Query.new(limit: 0)) }
end

test "an export verifies and is imported once" do
  Dir.mktmpdir do |folder|
    file = File.join(folder, "export.jsonl")
    source = Sealbook::Ledger.in_memory
    target = Sealbook::Ledger.in_memory
    source.record("custom.x", "{}")
    equal 2, source.export(file)
    report = Sealbook.verify_export(file, Sealbook::Expected.new(size: 2))
    equal [Sealbook::Verdict::INTACT, source.origin], [report.verdict, report.origin]
    equal [2, 0], 2.times.map { target.import(file).recorded }
    target.reindex
    failing("NOT_FOUND") { Sealbook.verify_export(File.join(folder, "absent.jsonl")) }
  end
end

test "a scan says where there is no repository" do
  Dir.mktmpdir { |folder| failing("NOT_A_REPOSITORY") { Sealbook.scan(folder) } }
end

test "a listener is told and may cancel" do
  ledger = Sealbook::Ledger.in_memory
  ledger.record("custom.x", "{}")
  listener = Listener.new { true }
  ledger.verify(nil, listener)
  equal [2, 2], listener.told.last

  # Nobody reads the pipe before the listener is called, so that the export is surely under way then.
  answers = { "the listener cancelled" => -> { false }, "divided by 0" => -> { 1 / 0 } }
  answers.each do |message, answer|
    Dir.mktmpdir do |folder|
      pipe = File.join(folder, "pipe")
      File.mkfifo(pipe)
      reader = nil
      listener = Listener.new do
        reader ||= spawn("cat", pipe, out: File::NULL)
        answer.call
      end
      error = failing("CANCELLED") { ledger.export(pipe, listener) }
      raise "no #{message.inspect} in #{error.message.inspect}" unless error.message.include?(message)
      Process.wait(reader)
    end
  end
end

test "canonicalize" do
  equal '{"a":true,"b":1.5}', Sealbook.canonicalize('{ "b": 1.50, "a": true }')
end

test "the error table is the exported one" do
  rows = vectors("errors.json").fetch("errors").map { |r| r.values_at("code", "number", "retryable", "meaning") }
  equal rows, Sealbook.error_table.map { |r| [r.code, r.number, r.retryable, r.meaning] }
end

def payload(bad)
  return bad["payload_text"] if bad.key?("payload_text")
  how, size = bad.fetch("generate").first
  { "nest" => -> { '{"a":' + "[" * size + "]" * size + "}" }, "pad" => -> { '{"a":"' + "x" * size + '"}' } }.fetch(how).call
end

test "bad input is refused with its code" do
  ledger = Sealbook::Ledger.in_memory
  cases = vectors("bad_input.json").fetch("cases")
  raise "too few cases" unless cases.size > 25
  cases.each do |bad|
    if bad.key?("payload_hex")
      # Not a text: the generated code refuses it before it can be passed on.
      begin
        ledger.record(bad["kind"], [bad["payload_hex"]].pack("H*").force_encoding("UTF-8"))
        raise "#{bad["name"]} was recorded"
      rescue Encoding::InvalidByteSequenceError
        next
      end
    end
    begin
      ledger.record(bad["kind"], payload(bad), bad["id"])
      raise "#{bad["name"]} was recorded"
    rescue FAILED => error
      equal bad["code"], error.code, bad["name"]
    end
  end
  equal 1, ledger.size
end

test "every exemplar gets its verdict" do
  cases = vectors("ledger/cases.json").fetch("cases")
  raise "too few cases" unless cases.size > 200
  verdicts = { Sealbook::Verdict::INTACT => "intact", Sealbook::Verdict::TAMPERED => "tampered" }
  cases.each do |c|
    expected = Sealbook::Expected.new(origin: c["origin"], size: c["size"], root: c["root"])
    report = Sealbook.verify_export(File.join(PROJECT, "tests/vectors/ledger", c["file"]), expected)
    ours = {
      "verdict" => verdicts.fetch(report.verdict), "entries" => report.entries,
      "root" => report.root, "origin" => report.origin,
      "faults" => report.faults.map { |f| { "seq" => f.seq, "kind" => f.kind } },
      "notes" => report.notes.map { |n| { "seq" => n.seq, "kind" => n.kind } },
      "not_checked" => report.not_checked.map { |topic| topic.split(":").first }.sort
    }
    equal c["expect"].merge("not_checked" => c["expect"]["not_checked"].sort), ours, c["file"]
  end
end

puts "#{$passed} passed, #{$failed} failed"
exit($failed.zero? ? 0 : 1)
