# nsenter is rnsenter.
complete -c nsenter -w rnsenter
