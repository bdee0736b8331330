# nsenter is rnsenter.
. "${BASH_SOURCE[0]%/*}/rnsenter" && complete -F _rnsenter_line -o nosort nsenter
