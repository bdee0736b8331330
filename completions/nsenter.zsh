#compdef nsenter
# nsenter is rnsenter.
_rnsenter "$@"
