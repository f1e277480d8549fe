# A research agent through the UniFFI bindings: its searches are tasks that are tried again, a breaker spares a service that is down, and what it
# wants to publish waits until somebody has approved it, in another process.
#
#     ruby research_agent.rb PROJECT "a question"     researches, and publishes once that is approved
#     ruby research_agent.rb PROJECT --approve ana    what that other process does
#
# RUBYLIB names the folder of the generated module, LD_LIBRARY_PATH that of the library; see bindings/uniffi.

require "json"
require "net/http"
require "rbconfig"
require "sealbook"
require "socket"

TOPICS = %w[history methods criticism].freeze

# Stands for a search service on the network. It is down for its first six calls.
class Service
  attr_reader :calls

  def initialize
    @server = TCPServer.new("127.0.0.1", 0)
    @calls = 0
    @thread = Thread.new { loop { answer(@server.accept) } }
  end

  def url(query)
    URI("http://127.0.0.1:#{@server.addr[1]}/?#{URI.encode_www_form(q: query)}")
  end

  def close
    @thread.kill
    @server.close
  end

  private

  def answer(client)
    query = URI.decode_www_form(URI(client.gets.split[1]).query).to_h.fetch("q")
    nil until client.gets.strip.empty?
    @calls += 1
    body = @calls <= 6 ? "" : JSON.generate(["a page about #{query}"])
    client.write("HTTP/1.1 #{@calls <= 6 ? 503 : 200} -\r\nContent-Length: #{body.bytesize}\r\nConnection: close\r\n\r\n#{body}")
  ensure
    client.close
  end
end

# Runs attempts: the tool, and the publishing.
class Tools
  def initialize(service)
    @service = service
  end

  def handle(attempt)
    attempt = JSON.parse(attempt)
    JSON.generate(attempt["kind"] == "tool.search" ? search(*attempt["arguments"]) : publish(*attempt["arguments"]))
  end

  private

  def search(query)
    reply = Net::HTTP.get_response(@service.url(query))
    return { complete: JSON.parse(reply.body) } if reply.is_a?(Net::HTTPOK)

    { fail: { class: "Unavailable", message: "the service answers #{reply.code}", retry_after_ms: 50 } }
  end

  # Runs only after somebody other than the requester has approved exactly these arguments.
  def publish(file, pages)
    File.write(file, "#{pages.join("\n")}\n")
    { complete: pages.size }
  end
end

# Runs what there is to run, on this thread.
def work(tasks, tools)
  worker = tasks.work(%w[research.publish tool.search], JSON.generate(until_idle: true))
  worker.run(tools)
  worker.join
end

def research(project, question)
  ledger = Sealbook::Ledger.open(project, Sealbook::OpenOptions.new(create: true))
  tasks = Sealbook::Orchestrator.new(ledger)
  service = Service.new
  tools = Tools.new(service)

  common = { requester: "researcher", max_attempts: 10, retry: { initial: 20, max: 100 }, dependency: "search", timeout_ms: 10_000 }
  searches = TOPICS.map { |topic| { kind: "tool.search", arguments: ["#{topic} of #{question}"], **common } }
  ids = JSON.parse(tasks.submit_many(JSON.generate(searches))).map { |submitted| submitted["id"] }
  work(tasks, tools)
  views = ids.map { |id| JSON.parse(tasks.show(id)) }
  pages = views.flat_map { |view| view["result"] }.sort
  parked = views.any? { |view| view["history"].any? { |transition| transition["event"] == "park" } }
  puts "#{pages.size} pages found; #{service.calls} calls; the breaker held back tasks: #{parked}"

  wish = { kind: "research.publish", requester: "researcher", arguments: [File.join(project, "answer.txt"), pages], require_approvals: 1 }
  id = JSON.parse(tasks.submit(JSON.generate(wish)))["id"]
  puts "publishing is #{JSON.parse(tasks.show(id))["state"]}"
  $stdout.flush
  system(RbConfig.ruby, __FILE__, project, "--approve", "ana", exception: true)
  work(tasks, tools)
  puts "published #{JSON.parse(tasks.show(id))["result"]} pages"
  report = ledger.verify
  raise "the ledger is not intact" unless report.verdict == Sealbook::Verdict::INTACT

  puts "intact: #{report.entries} entries"
ensure
  service&.close
end

def approve(project, who)
  tasks = Sealbook::Orchestrator.new(Sealbook::Ledger.open(project))
  JSON.parse(tasks.pleas).each do |plea|
    voted = JSON.parse(tasks.approve(plea["id"], who, "read it"))
    puts "#{who} approves #{plea["kind"]}: #{voted["state"]}"
  end
end

case ARGV
in [project, "--approve", who] then approve(project, who)
in [project, question] then research(project, question)
else abort "usage: research_agent.rb PROJECT QUESTION | PROJECT --approve PRINCIPAL"
end
