export const Shells = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof Shells)[number]

/** The hidden command that the scripts call: the words up to the cursor follow it. */
export const COMPLETE_COMMAND = '__complete'
/** The line that tells a script to offer files too; the other lines are a word, a tab and what it means. */
export const FILES_LINE = ':files'

/** The script that a shell reads to complete the words of a program. */
export function completionScript(shell: Shell, program: string): string {
  return SCRIPTS[shell]
    .replaceAll('PROGRAM', program)
    .replaceAll('COMPLETE', COMPLETE_COMMAND)
    .replaceAll('FILES', FILES_LINE)
}

// macOS comes with bash 3.2: no mapfile, no compopt.
const BASH = `# bash completion for PROGRAM: put into ~/.bashrc
#   source <(PROGRAM completion bash)
_PROGRAM() {
  local line file current="\${COMP_WORDS[COMP_CWORD]}"
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == 'FILES' ]]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r file; do COMPREPLY+=("$file"); done < <(compgen -f -- "$current")
    else
      COMPREPLY+=("\${line%%$'\\t'*}")
    fi
  done < <(PROGRAM COMPLETE "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _PROGRAM PROGRAM
`

const ZSH = `#compdef PROGRAM
# zsh completion for PROGRAM: write it to a file _PROGRAM in a directory of $fpath, or put into ~/.zshrc
#   source <(PROGRAM completion zsh)
_PROGRAM() {
  local line files
  local -a found
  while IFS= read -r line; do
    if [[ $line == 'FILES' ]]; then
      files=1
    else
      found+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
    fi
  done < <(PROGRAM COMPLETE "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( $#found )) && _describe PROGRAM found
  [[ -n $files ]] && _files
}
if [[ $funcstack[1] == _PROGRAM ]]; then _PROGRAM "$@"; else compdef _PROGRAM PROGRAM; fi
`

const FISH = `# fish completion for PROGRAM: write it to ~/.config/fish/completions/PROGRAM.fish
function __PROGRAM_complete
    set -l before (commandline -opc)
    set -l current (commandline -ct)
    for line in (PROGRAM COMPLETE $before[2..-1] "$current" 2>/dev/null)
        if test "$line" = 'FILES'
            __fish_complete_path "$current"
        else
            echo $line
        end
    end
end
complete -c PROGRAM -f -a '(__PROGRAM_complete)'
`

const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH }
