# Tasks through the generated Ruby module, and the shared vectors about them.  test_tasks.rb PROJECT

require "tmpdir"
require_relative "support"

PROJECT = ARGV.fetch(0)
LONG = 60_000

# What `part` says is so in `whole`: the members of an object, the items of an array.
def compare(part, whole, what)
  case part
  when Hash then part.each { |name, value| compare(value, whole.fetch(name), "#{what}.#{name}") }
  when Array
    equal part.size, whole.size, what
    part.zip(whole).each { |ours, theirs| compare(ours, theirs, what) }
  else equal part, whole, what
  end
end

# Calls the block with the attempt; what it returns is the result.
class Function
  def initialize(&function)
    @function = function
  end

  def handle(attempt)
    JSON.generate("complete" => @function.call(JSON.parse(attempt)))
  end
end

def orchestrator
  Sealbook::Orchestrator.new(Sealbook::Ledger.in_memory)
end

def submit(tasks, **task)
  JSON.parse(tasks.submit(JSON.generate({ kind: "a", requester: "ann" }.merge(task)))).fetch("id")
end

def run_until_idle(tasks, handler)
  worker = tasks.work(["a"], JSON.generate("until_idle" => true))
  worker.run(handler)
  JSON.parse(worker.join)
end

test "a handler runs tasks" do
  tasks = orchestrator
  ids = (0...5).map { |n| submit(tasks, arguments: [n, 1]) }
  summary = run_until_idle(tasks, Function.new { |attempt| attempt["arguments"].sum })
  equal 5, summary["completed"]
  equal [1, 2, 3, 4, 5], ids.map { |id| JSON.parse(tasks.show(id))["result"] }
  equal({ "completed" => 5 }, JSON.parse(tasks.counts))
  raise "no figures" unless tasks.stats.include?("p95") && tasks.prometheus.include?("# TYPE sealbook_")
end

test "a failure keeps its message" do
  tasks = orchestrator
  id = submit(tasks, max_attempts: 1)
  run_until_idle(tasks, Function.new { 1 / 0 })
  failure = JSON.parse(tasks.wait(id, LONG))["failure"]
  equal "Exception", failure["class"]
  raise "no message: #{failure}" unless failure["message"].include?("divided by 0")
end

test "cancellation reaches what runs" do
  tasks = orchestrator
  id = submit(tasks)
  worker = tasks.work(["a"])
  ticket = JSON.parse(worker.fetch(LONG)).fetch("ticket")
  equal nil, worker.stop_reason(ticket)
  tasks.cancel(id, "ann", "not needed")
  nil until worker.beat(ticket)
  worker.complete(ticket, '{"cancelled":true}')
  equal "cancelled", JSON.parse(tasks.wait(id, LONG))["state"]
  failing("NOT_FOUND") { worker.complete(ticket, '{"cancelled":true}') }
  worker.stop
  equal nil, worker.fetch(LONG)
end

test "events are resumed from a cursor" do
  tasks = orchestrator
  id = submit(tasks)
  tasks.suspend(id, "ann")
  tasks.resume(id, "ann")
  whole = JSON.parse(tasks.events(0))
  equal %w[ready suspend resume ready], whole.map { |event| event["transition"]["event"] }
  equal tasks.last_event, whole.last["number"]
  equal whole[1..1], JSON.parse(tasks.events(whole.first["number"], 1))
end

test "a schedule is put, paused and removed" do
  tasks = orchestrator
  schedule = {name: "s", cron: "0 9 * * MON-FRI", zone: "Europe/Berlin", task: {kind: "a", requester: "ann"}}
  put = JSON.parse(tasks.schedule(JSON.generate(schedule)))
  equal [put], JSON.parse(tasks.schedules)
  equal nil, JSON.parse(tasks.pause_schedule("s", "ann"))["next"]
  equal false, JSON.parse(tasks.resume_schedule("s", "ann"))["paused"]
  tasks.unschedule("s", "ann")
  failing("NOT_FOUND") { tasks.unschedule("s", "ann") }
  failing("INVALID_SCHEDULE") { tasks.schedule(JSON.generate(schedule.merge(cron: "61 * * * *"))) }
end

test "a second process approves a plea" do
  Dir.mktmpdir do |folder|
    tasks = Sealbook::Orchestrator.new(Sealbook::Ledger.open(folder, Sealbook::OpenOptions.new(create: true)))
    id = submit(tasks, require_approvals: 1)
    plea = JSON.parse(tasks.pleas).first.fetch("id")
    equal "requester", failing("VOTE_REFUSED") { tasks.approve(plea, "ann") }.context["why"]
    code = 'require "sealbook"; t = Sealbook::Orchestrator.new(Sealbook::Ledger.open(ARGV[0])); t.approve(ARGV[1], "bob", "tested")'
    raise "not approved" unless system("ruby", *$LOAD_PATH.first(1).map { |path| "-I#{path}" }, "-e", code, folder, plea)
    run_until_idle(tasks, Function.new { "deployed" })
    equal "deployed", JSON.parse(tasks.show(id))["result"]
  end
end

# RFC 8410: what stands in front of the 32 bytes of a private key.
SEED = ["302e020100300506032b657004220420"].pack("H*")

test "a ballot is signed where the key is" do
  require "openssl"
  key = OpenSSL::PKey.read(SEED + "\x02" * 32)
  Dir.mktmpdir do |folder|
    public_key = "8139770ea87d175f56a35466c34c7ecccb8d8a91b4ee37a25df60f5b8fc9b394"
    File.write(File.join(folder, "sealbook.toml"), <<~TOML)
      [tasks]
      principals = [{ id = "ann", may = ["submit *"] }, { id = "bob", roles = ["approver"], may = ["approve *"], keys = ["#{public_key}"] }]
    TOML
    tasks = Sealbook::Orchestrator.new(Sealbook::Ledger.open(folder, Sealbook::OpenOptions.new(create: true)))
    level = {roles: ["approver"], principals: [], deadline: 60_000}
    id = submit(tasks, approval: {approvals: 1, levels: [level], signed: true})
    failing("VOTE_REFUSED") { tasks.approve(id, "bob") }
    ballot = JSON.parse(tasks.ballot(id, "bob", '{"choice":"approve","reason":"seen"}'))
    signature = key.sign(nil, ballot.fetch("message")).unpack1("H*")
    failing("INVALID_ARGUMENT") { tasks.cast(JSON.generate(ballot.merge("reason" => "said")), signature) }
    failing("VOTE_REFUSED") { tasks.cast(JSON.generate(ballot.merge("reason" => "said", "message" => nil)), signature) }
    equal "approved", JSON.parse(tasks.cast(JSON.generate(ballot), signature))["state"]
    equal id, JSON.parse(tasks.seen_by("bob").show(id))["id"]
    failing("ACCESS_REFUSED") { tasks.seen_by("eve").show(id) }
    equal [], JSON.parse(tasks.seen_by("eve").list)
  end
end

def said(tasks, request, saying)
  plea, voter, key = request.values_at("plea", "voter", "key")
  case choice = saying.fetch("choice")
  when "take_back" then tasks.take_back(plea, voter, key)
  when "delegate", "revoke" then tasks.delegate(plea, voter, saying["to"], key)
  else tasks.public_send(choice, plea, voter, saying.fetch("reason", ""), saying["behalf"], key)
  end
end

def call(tasks, call, request)
  show = ->(submitted) { JSON.parse(tasks.show(submitted.fetch("id"))) }
  case call
  when "submit" then show.call(JSON.parse(tasks.submit(JSON.generate(request))))
  when "submit_many" then JSON.parse(tasks.submit_many(JSON.generate(request))).map(&show)
  when "list" then JSON.parse(tasks.list(JSON.generate(request)))
  when "show" then show.call(request)
  when "act" then JSON.parse(tasks.public_send(request["act"], *request.values_at("id", "principal", "reason")))
  when "act_many" then JSON.parse(tasks.act_many(*request.values))
  when "breaker" then JSON.parse(tasks.breaker(*request.values))
  when "limit" then JSON.parse(tasks.limit(JSON.generate(request["limit"]), request["principal"], request["reason"]))
  when "vote" then JSON.parse(tasks.public_send(request["choice"], *request.values_at("plea", "voter", "reason")))
  when "say" then JSON.parse(said(tasks, request, request["saying"]))
  when "ballot" then JSON.parse(tasks.ballot(request["plea"], request["voter"], JSON.generate(request["saying"])))
  when "cast" then JSON.parse(tasks.cast(JSON.generate(request["ballot"]), request["signature"]))
  when "set_health" then JSON.parse(tasks.set_health(*request.values))
  when "record_and_submit" then JSON.parse(tasks.record_and_submit(*request.values_at("entries", "tasks").map { |rows| JSON.generate(rows) }))
  end
end

cases = JSON.parse(File.read(File.join(PROJECT, "tests/vectors/tasks/calls.json"))).fetch("cases")
raise "too few cases" unless cases.size > 40
cases.each do |raw|
  test "the call: #{raw["name"]}" do
    tasks = orchestrator
    before = raw.fetch("before", [])
    names = JSON.parse(tasks.submit_many(JSON.generate(before))).each_with_index.to_h { |s, n| ["{{#{n}}}", s["id"]] }
    JSON.parse(tasks.pleas).each { |plea| names["{{plea}}"] = plea["id"] }
    c = JSON.parse(names.reduce(JSON.generate(raw)) { |text, (name, id)| text.gsub(name, id) })
    c.fetch("first", []).each { |step| call(tasks, step["call"], step["request"]) }
    if c.key?("code")
      error = failing(c["code"]) { call(tasks, c["call"], c["request"]) }
      c.fetch("context", {}).each { |name, value| equal value, error.context[name] }
      equal before.size, JSON.parse(tasks.list).size
    else
      compare c["expect"], call(tasks, c["call"], c["request"]), raw["name"]
    end
  end
end

puts "#{$passed} passed, #{$failed} failed"
exit($failed.zero? ? 0 : 1)
