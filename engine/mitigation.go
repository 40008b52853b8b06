package engine

import (
	"strings"

	"ragoffire/engine/markdown"
)

// mitigationLimit bounds what is recommended of a runbook's text: a screen of a
// chat message. The rest is in the runbook.
const mitigationLimit = 1200

// Mitigation finds in a runbook's text what to do: the section that says so, by
// the headings that people use for it, else the first list of orders. It is
// empty where there is neither.
func Mitigation(text string) string {
	sections := markdown.Sections(text)
	for n := range sections {
		sections[n].Body = withoutReferral(sections[n].Body)
	}
	if s, ok := markdown.Named(sections,
		"mitigation", "mitigations", "resolution", "remediation", "fix", "how to fix", "steps", "procedure", "what to do", "troubleshooting", "diagnosis",
	); ok {
		return markdown.Cut(s.Body, mitigationLimit)
	}
	return markdown.Cut(markdown.List(text, order), mitigationLimit)
}

// withoutReferral leaves out the paragraph that many runbooks end with, about
// what to do where they don't help, and what follows it.
func withoutReferral(body string) string {
	const referral = "if you cannot resolve"
	small := strings.ToLower(body)
	if strings.HasPrefix(small, referral) {
		return ""
	}
	if n := strings.Index(small, "\n\n"+referral); n >= 0 && len(small) == len(body) {
		return body[:n]
	}
	return body
}

// order reports whether a line tells somebody to do something.
func order(line string) bool {
	first, _, _ := strings.Cut(strings.TrimLeft(line, "*_` "), " ")
	switch strings.ToLower(strings.Trim(first, "*_`:,.")) {
	case "add", "apply", "ask", "block", "call", "change", "check", "clean", "clear", "close", "confirm", "connect", "contact", "cordon", "create",
		"decrease", "delete", "deploy", "disable", "drain", "enable", "ensure", "escalate", "examine", "expand", "fail", "failover", "find", "fix",
		"flush", "follow", "free", "get", "go", "identify", "if", "increase", "inspect", "install", "investigate", "kill", "list", "log", "login",
		"look", "make", "move", "open", "page", "pause", "promote", "purge", "raise", "rebalance", "reboot", "recreate", "redeploy", "reduce", "reload",
		"remove", "renew", "replace", "rerun", "reset", "resize", "restart", "restore", "resume", "retry", "review", "revert", "roll", "rollback",
		"rotate", "run", "scale", "see", "set", "shed", "ssh", "start", "stop", "switch", "terminate", "throttle", "try", "turn", "uncordon", "unlock",
		"update", "upgrade", "use", "vacuum", "validate", "verify", "wait", "kubectl", "systemctl":
		return true
	}
	return false
}
