# Lists the checks of the files of the suite, one a line: FILE NAME CONDITION. A check is a function whose name is a
# sentence, of three words at least. The comment before it may tell what it takes of the kernel, by version:
#
#     # since 6.9: pidfds have inodes of their own
#     # since 6.9, before 6.19: …
#
# With -v kernel=VERSION only those of that kernel keep their condition empty: for the others it says why they are not
# for it.

/^# (since|before) [0-9]/ { condition = substr($0, 3) }
/^$/ { condition = "" }

/^[a-z0-9]+_[a-z0-9]+_[a-z0-9_]+\(\) \{/ {
    name = $0
    sub(/\(.*/, "", name)
    file = FILENAME
    sub(/.*\//, "", file)
    sub(/\.sh$/, "", file)
    print file, name, (kernel != "" && holds(condition)) ? "" : condition
    condition = ""
}

function number(version, parts) {
    split(version, parts, /[^0-9]+/)
    return parts[1] * 1000 + parts[2]
}

# Whether the kernel is among those that the part of the condition before its colon tells.
function holds(condition, words, count, i) {
    sub(/:.*/, "", condition)
    count = split(condition, words, /[, ]+/)
    for (i = 1; i < count; i += 2) {
        if (words[i] == "since" && number(kernel) < number(words[i + 1])) return 0
        if (words[i] == "before" && number(kernel) >= number(words[i + 1])) return 0
    }
    return 1
}
