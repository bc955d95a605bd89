# SPDX-License-Identifier: GPL-2.0-or-later
# Completion for fish. Commands, options and their words are those of --help; models, of `cmodx models`.

function __cmodx_list -d 'Words of a list with commas, behind those that are there'
    set -l before (commandline -tc | string replace -r -- '^--[a-z-]+=' '' | string match -r '^.*,'; or echo '')
    printf '%s\n' $before$argv
end

function __cmodx_models
    cmodx models 2>/dev/null | sed '1d; /^$/,$d; s/ .*//'
end

function __cmodx_command -a command -d 'Declares the options of a command'
    set -l help (cmodx $command --help 2>/dev/null)
    set -l when "__fish_seen_subcommand_from $command"
    string match -q '*FILE*' -- $help[2]; or complete -c cmodx -n "$when" -f
    for line in $help
        set -l parts (string match -r '^ +((?:-[a-z], )?)--([a-z-]+)((?:=\S+)?) *(.*)$' -- $line); or continue
        set -l short (string match -r '[a-z]' -- $parts[2])
        set -l argument (string sub -s 2 -- $parts[4])
        set -l option -c cmodx -n "$when" -l $parts[3] -d "$parts[5]"
        test -n "$short"; and set -a option -s $short
        set -l words (string split '|' -- (string replace -r '\[,\.\.\.\]$' '' -- $argument))
        switch "$argument"
            case ''
            case 'NAME[,NAME...]'
                set -a option -x -a "(__cmodx_list (__cmodx_models))"
            case '*|*[,...]'
                set -a option -x -a "(__cmodx_list $words)"
            case '*[*'
                set -a option -x
            case '*|*'
                set -a option -x -a "$words"
            case FILE
                set -a option -r -F
            case '*'
                set -a option -x
                string match -qr '^[a-z]' -- $argument; and set -a option -a $argument
        end
        complete $option
    end
end

complete -c cmodx -n __fish_use_subcommand -f -l help -d 'show the commands'
complete -c cmodx -n __fish_use_subcommand -f -l version -d 'show the version'
for line in (cmodx --help 2>/dev/null)
    set -l parts (string match -r '^  ([a-z-]+) +(.*)$' -- $line); or continue
    complete -c cmodx -n __fish_use_subcommand -f -a $parts[2] -d "$parts[3]"
    __cmodx_command $parts[2]
end
functions -e __cmodx_command
