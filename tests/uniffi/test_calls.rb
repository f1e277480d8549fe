# The generated Ruby module on the cases about AI that every language runs.  test_calls.rb PROJECT CALLS

require "json"
require "sealbook"

PROJECT, CALLS = ARGV
CASES = JSON.parse(File.read(File.join(PROJECT, "tests/vectors/attribution/calls.json"))).fetch("cases")
WORDS = {
  "kind" => { "commit" => Sealbook::TargetKind::COMMIT, "file" => Sealbook::TargetKind::FILE },
  "people" => { "hashed" => Sealbook::PeopleAs::HASHED, "none" => Sealbook::PeopleAs::OMITTED },
  "format" => { "markdown" => Sealbook::ReportFormat::MARKDOWN, "json" => Sealbook::ReportFormat::JSON }
}.freeze
STATS = %i[revision people folders no_cache].freeze

class Stop
  def progress(_done, _total)
    false
  end
end

def options(call, given)
  given = given.to_h { |name, value| [name.to_sym, WORDS.key?(name) ? WORDS[name].fetch(value) : value] }
  counted = given.slice(*STATS)
  case call
  when "scan" then Sealbook::ScanOptions.new(**given)
  when "why" then Sealbook::WhyOptions.new(**given)
  when "stats" then Sealbook::StatsOptions.new(**given)
  when "report" then Sealbook::ReportOptions.new(stats: Sealbook::StatsOptions.new(**counted), **given.except(*STATS))
  end
end

# The value as the JSON form has it.
def plain(value)
  case value
  when Array then value.map { |item| plain(item) }
  when Hash, String, Numeric, nil then value
  else
    members = value.instance_variables.to_h { |name| [name.to_s.delete_prefix("@"), plain(value.instance_variable_get(name))] }
    lines = members.delete("lines")
    members.merge!("start" => lines.first["first"], "end" => lines.last["last"]) if lines&.any?
    members.compact
  end
end

def outcome(c)
  path = File.join(CALLS, c["path"])
  listener = c["cancel"] ? Stop.new : nil
  given = c["options"] && options(c["call"], c["options"])
  case c["call"]
  when "scan" then plain(Sealbook.scan(path, given, listener))
  when "why" then JSON.parse(Sealbook.why(path, c["target"], given, listener))
  when "stats" then JSON.parse(Sealbook.stats(path, given, listener))
  when "report" then Sealbook.report(path, given, listener)
  when "rules" then JSON.parse(Sealbook.rules(path))
  when "test_rules" then JSON.parse(Sealbook.test_rules(path, c["text"]))
  end
end

# Where `whole` is not as `part` says.
def differences(part, whole, where = "the result")
  case part
  when Hash
    return ["#{where} is #{whole.inspect}"] unless whole.is_a?(Hash)

    part.flat_map { |name, value| differences(value, whole.fetch(name, "absent"), "#{where}.#{name}") }
  when Array
    return ["#{where} is #{whole.inspect}"] unless whole.is_a?(Array) && whole.size == part.size

    part.each_with_index.flat_map { |item, n| differences(item, whole[n], "#{where}[#{n}]") }
  else part == whole ? [] : ["#{where} is #{whole.inspect}, not #{part.inspect}"]
  end
end

def faults(c)
  result = outcome(c)
  return ["nothing failed; expected #{c["code"]}"] if c.key?("code")

  (c.key?("expect") ? differences(c["expect"], result) : []) +
    c.fetch("absent", []).select { |name| result.key?(name) } + c.fetch("has", []).reject { |text| result.include?(text) }
rescue Sealbook::SealbookError::Failed => error
  c["code"] == error.code ? [] : ["#{error.code}: #{error.message}"]
end

# Options have types here: what is not of them cannot be said.
cases = CASES.reject { |c| c.key?("untyped") }
raise "too few cases" unless cases.size > 25

failed = cases.count do |c|
  wrong = faults(c)
  wrong.each { |fault| warn "failed: #{c["name"]}: #{fault}" }
  wrong.any?
end
puts "#{cases.size - failed} passed, #{failed} failed"
exit(failed.zero? ? 0 : 1)
