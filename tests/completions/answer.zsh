# Zsh answers: a key asks the completion system, and prints the words that were to be offered.
# A busy machine has thousands of processes; all are listed without a question.
LISTMAX=1000000
PROMPT='ready>'
fpath=($PWD/scripts/zsh $fpath)
autoload -U compinit
compinit -D -u
typeset -ga offered

compadd() {
    local -a found before hidden ignored
    # Those ask for no words to be offered, but for arrays to be filled.
    if [[ ${argv[1,(i)(-|--)]} == *-[a-zA-Z0-9]#[OAD]\ * ]]; then
        builtin compadd "$@"
        return
    fi
    builtin compadd -A found "$@"
    zparseopts -E -- P:=before p:=hidden J+:=ignored V+:=ignored X+:=ignored x+:=ignored M+:=ignored d+:=ignored
    offered+=("${IPREFIX}${before[2]}${hidden[2]}"${^found})
    builtin compadd "$@"
}

answer() {
    offered=()
    _main_complete
    compstate[insert]= compstate[list]=
    print -rn -- $'\1'"${(F)offered}"$'\2' >$TTY
}
zle -C answer complete-word answer
bindkey '^I' answer
# What a person sees: the line after the completion system has changed it, and what it would list.
shown() {
    print -rn -- $'\1'"$BUFFER"$'\2' >$TTY
    BUFFER=
}
zle -N shown
bindkey '^Xc' complete-word
bindkey '^Xp' shown
bindkey '^Xl' list-choices
