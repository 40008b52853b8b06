package confidence

import (
	"slices"
	"strings"
	"unicode"
)

// Family tells whether two error types, different or the same, belong to one family: they show the same kind of
// trouble, and what is in trouble is the same, or one of them doesn't say what it is. database_timeout and
// database_latency are a family, and so are oom_killed and memory_leak; database_timeout and cache_timeout are not.
func Family(a, b string) bool {
	if fold(a) == "" || fold(b) == "" {
		return false
	}
	if fold(a) == fold(b) {
		return true
	}
	troubleA, subjectA := read(a)
	troubleB, subjectB := read(b)
	return len(troubleA) > 0 && slices.Equal(troubleA, troubleB) && (among(subjectA, subjectB) || among(subjectB, subjectA))
}

// among tells whether all of a's words are among b's.
func among(a, b []string) bool {
	return !slices.ContainsFunc(a, func(word string) bool { return !slices.Contains(b, word) })
}

// read splits a type's name into kinds of trouble and subjects, both sorted and without doubles.
func read(name string) (trouble, subject []string) {
	for _, word := range words(name) {
		switch kind := kindOf(word); {
		case kind != "":
			trouble = append(trouble, kind)
		case !filler(word):
			subject = append(subject, thing(word))
		}
	}
	slices.Sort(trouble)
	slices.Sort(subject)
	return slices.Compact(trouble), slices.Compact(subject)
}

// kindOf is the kind of trouble that a word names in the field's vocabulary, or nothing.
func kindOf(word string) string {
	switch word {
	case "timeout", "latency", "slow", "slowness", "deadline", "5xx", "500", "502", "503", "504", "unavailable":
		return "requests"
	case "memory", "mem", "oom", "oomkill", "oomkilled", "heap":
		return "memory"
	case "cpu", "processor":
		return "cpu"
	case "disk", "storage", "volume", "filesystem", "inode":
		return "disk"
	case "lag", "backlog":
		return "lag"
	case "certificate", "cert", "tls", "ssl", "x509":
		return "certificate"
	case "crash", "crashloop", "crashlooping", "crashloopbackoff", "restart":
		return "crash"
	case "ratelimit", "429", "throttled", "quota":
		return "limit"
	case "dns", "nxdomain":
		return "dns"
	}
	return ""
}

// filler are words that say how bad it is, not what.
func filler(word string) bool {
	switch word {
	case "high", "low", "too", "many", "spike", "usage", "rate", "error", "failure", "failing", "failed", "exhausted",
		"exhaustion", "full", "pressure", "leak", "kill", "killed", "killer", "expired", "expiry", "expiring", "expiration",
		"issue", "problem", "alert", "incident", "critical", "warning", "out", "of", "time":
		return true
	}
	return false
}

// thing is one name for a subject that goes by several.
func thing(word string) string {
	switch word {
	case "db", "postgre", "postgresql", "pg", "mysql", "mariadb", "sql": // words has cut the s of postgres
		return "database"
	case "k8s", "kube":
		return "kubernetes"
	case "conn":
		return "connection"
	}
	return word
}

// words splits a name at everything that is neither letter nor digit and inside CamelCase, in lower case and singular.
func words(name string) []string {
	var split strings.Builder
	last := ' '
	for _, r := range name {
		if unicode.IsUpper(r) && unicode.IsLower(last) {
			split.WriteByte(' ')
		}
		split.WriteRune(unicode.ToLower(r))
		last = r
	}
	list := strings.FieldsFunc(split.String(), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for i, word := range list {
		if len(word) > 4 && strings.HasSuffix(word, "s") && !strings.HasSuffix(word, "ss") {
			list[i] = strings.TrimSuffix(word, "s")
		}
	}
	return list
}

// fold makes names comparable: DatabaseTimeout, database-timeout and database_timeout are one type.
func fold(name string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, name)
}
