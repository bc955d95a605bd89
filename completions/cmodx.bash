# SPDX-License-Identifier: GPL-2.0-or-later
# Completion for bash. Commands, options and their words are those of --help; models, of `cmodx models`.

# _cmodx_files: what scenarios may be called
_cmodx_files()
{
    local name
    compopt -o filenames 2>/dev/null
    while IFS= read -r name; do
        [[ -d $name || $name == *.yaml || $name == *.litmus || $1 == all ]] && COMPREPLY+=("$name")
    done < <(compgen -f -- "$cur")
}

# _cmodx_words ARGUMENT: an argument as --help writes it, such as none|full[,...]
_cmodx_words()
{
    local words=${1%'[,...]'} head=$prefix
    case $1 in
        'NAME[,NAME...]') words=$("$program" models 2>/dev/null | sed '1d; /^$/,$d; s/ .*//') ;;
        *'|'*'[,...]') words=${words//|/ } ;;
        *'['* | *=*) return ;;
        FILE)
            _cmodx_files all
            return
            ;;
        *'|'*) words=${words//|/ } ;;
        [a-z]*) ;;
        *) return ;;
    esac
    [[ $1 == *...]* && $cur == *,* ]] && head+=${cur%,*},
    mapfile -t COMPREPLY < <(compgen -P "$head" -W "$words" -- "${cur##*,}")
}

_cmodx()
{
    local program=${COMP_WORDS[0]/#\~\//$HOME/} cur=${COMP_WORDS[COMP_CWORD]} before= prefix= line help
    local -a options=()
    COMPREPLY=()
    if ((COMP_CWORD == 1)); then
        mapfile -t COMPREPLY < <(compgen -W "$("$program" --help 2>/dev/null |
            sed -n '/^Commands:/,/^$/s/^  *\([a-z-]*\) .*/\1/p') --help --version" -- "$cur")
        return
    fi
    # bash takes "--option=word" for three words, unless COMP_WORDBREAKS lacks the '='.
    before=${COMP_WORDS[COMP_CWORD - 1]}
    if [[ $cur == = ]]; then
        cur=
    elif [[ $cur == --*=* ]]; then
        before=${cur%%=*} prefix=${cur%%=*}= cur=${cur#*=}
    elif [[ $before == = ]]; then
        before=${COMP_WORDS[COMP_CWORD - 2]}
    elif [[ $cur == @ ]]; then
        cur=
    fi
    help=$("$program" "${COMP_WORDS[1]}" --help 2>/dev/null) || return
    while IFS= read -r line; do
        [[ $line =~ ^' '+(-([a-z]), )?--([a-z-]+)(=([^ ]+))? ]] || continue
        options+=("--${BASH_REMATCH[3]}${BASH_REMATCH[4]:+=}")
        if [[ ${BASH_REMATCH[4]} && ($before == "--${BASH_REMATCH[3]}" || $before == "-${BASH_REMATCH[2]:-,}") ]]; then
            _cmodx_words "${BASH_REMATCH[5]}"
            return
        fi
    done <<<"$help"
    if [[ $cur == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "${options[*]}" -- "$cur")
        [[ ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
    elif [[ $help == *FILE* && ${help%%$'\n\n'*} == *FILE* ]]; then
        _cmodx_files
    fi
}

complete -F _cmodx cmodx
