# Prints the table of all checks on all kernels from the list of checks and then from what each machine has told, a file
# each; what failed checks had to say comes first. Fails if any has failed, or has told nothing.

FNR == 1 { file++ }

file == 1 {
    order[++checks] = $1 " " $2
    condition[checks] = substr($0, length($1 $2) + 3)
    next
}
FNR == 1 { kernel[file] = FILENAME }

/^\| / { said = said "    " substr($0, 3) "\n"; next }
$1 == "end" {
    split($2, parts, ".")
    kernel[file] = parts[1] "." parts[2]
    seconds[file] = $3
    next
}
$1 == "failed" {
    if (!((complaint = $2 ": " $3 "\n" said) in who)) complaints[++different] = complaint
    who[complaint] = who[complaint] " " kernel[file]
}
{ result[$2 " " $3, file] = $1; said = "" }

END {
    word["ok"] = "ok"; word["failed"] = "FAILED"; word["never"] = "-"; word[""] = "LOST"
    for (i = 1; i <= different; i++) print "on" who[complaints[i]] ": " complaints[i]
    for (i = 1; i <= checks; i++) {
        split(order[i], parts, " ")
        if (parts[1] != last) {
            printf "%s%-72s", (last == "" ? "" : "\n"), last = parts[1]
            for (k = 2; k <= file; k++) printf " %-6s", kernel[k]
            printf "\n"
        }
        gsub(/_/, " ", parts[2])
        printf "  %-70s", parts[2]
        for (k = 2; k <= file; k++) {
            became = result[order[i], k]
            count[became]++
            printf " %-6s", word[became]
        }
        printf " %s\n", condition[i]
    }
    printf "\n%-72s", "seconds"
    for (k = 2; k <= file; k++) printf " %-6s", seconds[k]
    bad = count["failed"] + count[""]
    printf "\n\n%d kernels, %d checks: %d ok, %d failed, %d not for their kernel\n",
        file - 1, checks, count["ok"], bad, count["never"]
    exit bad > 0
}
