# What the tests of the generated Ruby module share.

require "json"
require "sealbook"

$passed = $failed = 0

def equal(expected, got, what = "")
  raise "#{what} expected #{expected.inspect}, got #{got.inspect}" unless expected == got
end

# Runs the block, which is to fail with the code and a message that reaches `to_s`.
def failing(code)
  yield
rescue Sealbook::SealbookError::Failed => error
  row = Sealbook.error_table.find { |r| r.code == error.code }
  equal [code, row.number, row.retryable], [error.code, error.number, error.retryable]
  raise "no message in #{error}" unless !error.message.empty? && error.to_s.include?(error.message.inspect)
  error
else
  raise "nothing failed; expected #{code}"
end

def test(name)
  yield
  $passed += 1
rescue StandardError => error
  $failed += 1
  warn "failed: #{name}: #{error.class}: #{error}\n  #{error.backtrace.first(3).join("\n  ")}"
end
