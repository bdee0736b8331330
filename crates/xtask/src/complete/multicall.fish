# The first word names a program, whose own completion knows the words behind it.
function __nsutils_names_program
    test (count (commandline -opc)) -eq 1
end

function __nsutils_argument
    set -l words (commandline -opc) (commandline -ct)
    contains -- $words[2] PROGRAMS
    or return
    set -l line (string join -- ' ' (string escape -- $words[2..-2]) $words[-1])
    complete "--do-complete=$line"
end

complete -c nsutils -f
complete -c nsutils -n __nsutils_names_program -a 'PROGRAMS'
complete -c nsutils -n 'not __nsutils_names_program' -a '(__nsutils_argument)'
