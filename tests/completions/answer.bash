# Bash answers: a key inserts all that it would offer, another prints the line that this makes.
PS1='ready>'
. /usr/share/bash-completion/bash_completion
for script in scripts/bash/*; do
    . "$script"
done
bind 'set enable-bracketed-paste off'
bind '"\C-xi": insert-completions'
bind '"\C-xl": possible-completions'
bind 'set completion-query-items 0'
bind 'set page-completions off'
# One below the other, in the order in which they are offered.
bind 'set completion-display-width 0'
answer() {
    printf '\1%s\2' "$READLINE_LINE"
    READLINE_LINE=
}
bind -x '"\C-xp": answer'
