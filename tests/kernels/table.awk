# Prints the table of all checks on all kernels, of tests/hostile how many have tested something, of tests/faults.rs how
# many faults were injected: awk -f table.awk CHECKS RESULTS..., the list of checks and what each
# machine has told, a file each. What failed checks had to say comes first. Fails if any has failed, or has told nothing.

BEGIN {
    for (k = 2; k < ARGC; k++) {
        column[ARGV[k]] = k
        kernel[k] = ARGV[k]
    }
    word["ok"] = "ok"; word["failed"] = "FAILED"; word["never"] = "-"; word[""] = "LOST"
}

FILENAME == ARGV[1] {
    check[++checks] = $1 " " $2
    condition[checks] = substr($0, length($1 $2) + 3)
    next
}
{ k = column[FILENAME] }
/^\| / { said = said "    " substr($0, 3) "\n"; next }
$1 == "end" {
    split($2, parts, ".")
    kernel[k] = parts[1] "." parts[2]
    seconds[k] += $3
    next
}
$1 == "failed" {
    complaint = $2 ": " $3 "\n" said
    if (!(complaint in who)) complaints[++different] = complaint
    who[complaint] = who[complaint] " " k
}
$1 == "took" { took[$2 " " $3, k] = $4; next }
$1 == "left" {
    lacks = substr($0, 6)
    if (!(lacks in without)) missing[++kinds] = lacks
    without[lacks] = without[lacks] " " k
    next
}
{ result[$2 " " $3, k] = $1; number[$2 " " $3, k] = $4; said = "" }

# One line: a text, a cell for each kernel, another text.
function line(text, cells, more) {
    printf "%-72s", text
    for (k = 2; k < ARGC; k++) printf " %-6s", cells[k]
    print more == "" ? "" : " " more
}

END {
    for (i = 1; i <= different; i++) {
        printf "on"
        count_of = split(who[complaints[i]], parts, " ")
        for (n = 1; n <= count_of; n++) printf " %s", kernel[parts[n]]
        print ": " complaints[i]
    }
    for (i = 1; i <= checks; i++) {
        split(check[i], parts, " ")
        if (parts[1] != last) {
            if (i > 1) print ""
            line(last = parts[1], kernel)
        }
        for (k = 2; k < ARGC; k++) {
            became = result[check[i], k]
            count[became]++
            cells[k] = word[became]
            if (became == "ok" && number[check[i], k] != "") cells[k] = number[check[i], k]
        }
        gsub(/_/, " ", parts[2])
        line("  " parts[2], cells, condition[i])
    }
    print ""
    for (i = 1; i <= kinds; i++) {
        printf "left out on"
        count_of = split(without[missing[i]], parts, " ")
        for (n = 1; n <= count_of; n++) printf " %s", kernel[parts[n]]
        print ": " missing[i]
    }
    for (i = 1; i <= checks; i++) {
        if (check[i] !~ /^(hostile|faults) /) continue
        split(check[i], parts, " ")
        for (k = 2; k < ARGC; k++) cells[k] = took[check[i], k]
        gsub(/_/, " ", parts[2])
        line("seconds of " parts[1] " " parts[2], cells)
    }
    line("seconds", seconds)
    bad = count["failed"] + count[""]
    printf "\n%d kernels, %d checks: %d ok, %d failed, %d not for their kernel\n",
        ARGC - 2, checks, count["ok"], bad, count["never"]
    exit bad > 0 || checks == 0
}
