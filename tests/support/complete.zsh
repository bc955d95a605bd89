# SPDX-License-Identifier: GPL-2.0-or-later
# complete.zsh DIRECTORY LINE: what zsh offers behind LINE with the completions of DIRECTORY, one a line. Another zsh, on a
# pseudo-terminal, prints each match instead of showing it.
if [[ $1 == inside ]]; then
    PROMPT= PS2= RPS1=
    fpath=($2 $fpath)
    autoload -Uz compinit
    compinit -u -D
    bindkey '^I' complete-word
    compadd() {
        local argument
        local -a matches
        for argument; do
            [[ $argument == -[OAD] ]] && { builtin compadd "$@"; return; }
        done
        builtin compadd -A matches "$@"
        (( $#matches )) && print -rl -- $'\n'MATCH$^matches
        return 1
    }
    finish() { print -r -- $'\n'FINISH; exit; }
    zle -N finish
    bindkey '^X' finish
    print READY
    return
fi

zmodload zsh/zpty || exit 77
zpty shell zsh -f -i
zpty -w shell "stty -echo; source ${(q)0:A} inside ${(q)1:A}"
while zpty -r shell line; do
    [[ $line == READY* ]] && break
done
zpty -w -n shell "$2"$'\t'$'\x18'
while zpty -r shell line; do
    line=${${line%$'\n'}//$'\r'/}
    [[ $line == *FINISH* ]] && break
    [[ $line == MATCH* ]] && print -r -- ${line#MATCH}
done
exit 0
