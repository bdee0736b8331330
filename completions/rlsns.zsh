#compdef rlsns

autoload -U is-at-least

_rlsns() {
    typeset -A opt_args
    typeset -a _arguments_options
    local ret=1

    if is-at-least 5.2; then
        _arguments_options=(-s -S -C)
    else
        _arguments_options=(-s -C)
    fi

    local context curcontext="$curcontext" state line
    _arguments "${_arguments_options[@]}" : \
'*-p+[those that this process is in]:PID:_pids' \
'*--task=[those that this process is in]:PID:_pids' \
'*-o+[these columns; +LIST\: these besides the default ones]:LIST:_default' \
'*--output=[these columns; +LIST\: these besides the default ones]:LIST:_default' \
'*-Q+[those for which the expression holds]:EXPR:_default' \
'*--filter=[those for which the expression holds]:EXPR:_default' \
'*-t+[those of this type; may be given several times]:NAME:_default' \
'*--type=[those of this type; may be given several times]:NAME:_default' \
'*-T-[a tree by owner (the default), parent or process]::REL:_default' \
'*--tree=-[a tree by owner (the default), parent or process]::REL:_default' \
'*--holders=[who keeps this namespace alive, and how]:NS:_default' \
'*--compare=[which namespaces these processes share; one PID\: with the caller]:PID[,PID...]:_pids' \
'*--graph=-[a picture, for Graphviz\: dot (the default), or mermaid]::FORM:_default' \
'-J[write JSON]' \
'--json[write JSON]' \
'-h[show this help and end]' \
'--help[show this help and end]' \
'--output-all[all columns]' \
'-P[those that no process is in]' \
'--persistent[those that no process is in]' \
'-u[never cut a text to the terminal'\''s width]' \
'--notruncate[never cut a text to the terminal'\''s width]' \
'-V[show the version and end]' \
'--version[show the version and end]' \
'-n[without the line of headings]' \
'--noheadings[without the line of headings]' \
'-W[one line a namespace\: several paths joined by commas]' \
'--nowrap[one line a namespace\: several paths joined by commas]' \
'-l[a list, not a tree]' \
'--list[a list, not a tree]' \
'-r[one blank between columns, blanks inside them as \\x20]' \
'--raw[one blank between columns, blanks inside them as \\x20]' \
'-H[what columns there are]' \
'--list-columns[what columns there are]' \
'::namespace -- the inode number of a namespace, whose processes are to be listed:_default' \
&& ret=0
}

(( $+functions[_rlsns_commands] )) ||
_rlsns_commands() {
    local commands; commands=()
    _describe -t commands 'rlsns commands' commands "$@"
}

if [ "$funcstack[1]" = "_rlsns" ]; then
    _rlsns "$@"
else
    compdef _rlsns rlsns
fi
