# shellcheck shell=bash
# What the test programs report, added up.

PASSED=0 FAILED=0 SKIPPED=0
TABLE=()

# report_sum REPORT ATTRIBUTE: over the report's assemblies.
report_sum() {
    grep -o '<assembly [^>]*>' "$1" | sed -n "s/.* $2=\"\([0-9]*\)\".*/\1/p" | awk '{ n += $1 } END { print n + 0 }'
}

# count_report LAYER REPORT EXITCODE
count_report() {
    local layer=$1 report=$2 code=$3 passed failed skipped required=0
    if ! grep -q '<assembly ' "$report" 2>/dev/null; then
        count "$layer" 0 1 0 "ended with exit code $code and no report"
        return
    fi
    passed=$(report_sum "$report" passed)
    # Errors are failures outside of a test: in a fixture, or in a class's clean-up.
    failed=$(($(report_sum "$report" failed) + $(report_sum "$report" errors)))
    skipped=$(report_sum "$report" skipped)
    if is_ci && { [ "$layer" = Sdk ] || [ "$layer" = Engine ]; }; then
        required=$(grep -o '<reason><!\[CDATA\[required:' "$report" | wc -l)
    fi
    if [ "$required" -gt 0 ]; then
        count "$layer" "$passed" $((failed + required)) $((skipped - required)) "$required required tests were skipped"
    elif [ "$code" -ne 0 ] && [ "$failed" -eq 0 ]; then
        count "$layer" "$passed" 1 "$skipped" "ended with exit code $code"
    elif [ $((passed + failed + skipped)) -eq 0 ] && [ "${#TEST_OPTIONS[@]}" -eq 0 ]; then
        count "$layer" 0 1 0 "ran no test"
    else
        count "$layer" "$passed" "$failed" "$skipped" ''
    fi
}

# count LAYER PASSED FAILED SKIPPED REMARK
count() {
    PASSED=$((PASSED + $2)) FAILED=$((FAILED + $3)) SKIPPED=$((SKIPPED + $4))
    TABLE+=("$(printf '%-8s  %5d passed  %5d failed  %5d skipped  %s' "$@")")
}
