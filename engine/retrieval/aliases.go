package retrieval

// canonical is the one name under which a stemmed word of the field goes, so that "db" in an alert means the database
// in a type's name. It holds what people on call write every day, and only what has one meaning there.
func canonical(stem string) string {
	switch stem {
	case "db", "rds", "sql", "mysql", "mariadb", "pg", "postgr", "postgresql":
		return "databas"
	case "mem", "heap", "rss", "oom", "oomkill":
		return "memory"
	case "cert", "ssl", "tls", "x509":
		return "certificat"
	case "k8", "k8s", "kube":
		return "kubernet"
	case "429", "429s", "throttl":
		return "ratelimit"
	case "500", "500s", "502", "502s", "503", "503s", "504", "504s", "5xxs":
		return "5xx"
	case "conn", "connect":
		return "connection"
	case "fs", "filesystem", "volum", "storag":
		return "disk"
	case "net":
		return "network"
	case "mq", "backlog":
		return "queu"
	case "repl", "replica", "replicat":
		return "replication"
	case "authenticat", "authentication", "login":
		return "auth"
	case "conf", "configuration":
		return "config"
	case "deployment", "releas", "rollout":
		return "deploy"
	case "expiry", "expiration":
		return "expir"
	case "delay", "slow", "slowness":
		return "latency"
	case "restart", "crashloop", "crashloopback", "crashloopbackoff":
		return "crash"
	case "failur", "unavailabl":
		return "fail"
	case "saturation":
		return "saturat"
	case "exhaustion":
		return "exhaust"
	}
	return stem
}

// joinedMeaning is what two neighbouring stems mean together, or nothing: words that people write in one or in two.
func joinedMeaning(first, second string) string {
	switch first + " " + second {
	case "tim out":
		return "timeout"
	case "rat limit":
		return "ratelimit"
	case "out memory":
		return "memory"
	case "back log":
		return "queu"
	case "crash loop":
		return "crash"
	case "fil system":
		return "disk"
	}
	return ""
}
