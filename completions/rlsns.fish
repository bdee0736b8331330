complete -c rlsns -s p -l task -d 'those that this process is in' -r -f -a "(__fish_complete_pids)"
complete -c rlsns -s o -l output -d 'these columns; +LIST: these besides the default ones' -r
complete -c rlsns -s Q -l filter -d 'those for which the expression holds' -r
complete -c rlsns -s t -l type -d 'those of this type; may be given several times' -r
complete -c rlsns -s T -l tree -d 'a tree by owner (the default), parent or process'
complete -c rlsns -l holders -d 'who keeps this namespace alive, and how' -r
complete -c rlsns -l compare -d 'which namespaces these processes share; one PID: with the caller' -r -f -a "(__fish_complete_pids)"
complete -c rlsns -l graph -d 'a picture, for Graphviz: dot (the default), or mermaid'
complete -c rlsns -s J -l json -d 'write JSON'
complete -c rlsns -s h -l help -d 'show this help and end'
complete -c rlsns -l output-all -d 'all columns'
complete -c rlsns -s P -l persistent -d 'those that no process is in'
complete -c rlsns -s u -l notruncate -d 'never cut a text to the terminal\'s width'
complete -c rlsns -s V -l version -d 'show the version and end'
complete -c rlsns -s n -l noheadings -d 'without the line of headings'
complete -c rlsns -s W -l nowrap -d 'one line a namespace: several paths joined by commas'
complete -c rlsns -s l -l list -d 'a list, not a tree'
complete -c rlsns -s r -l raw -d 'one blank between columns, blanks inside them as \\x20'
complete -c rlsns -s H -l list-columns -d 'what columns there are'
