package bot

// Command is something people may type after the slash command.
type Command struct{ Verb, Example, Does string }

// Commands are what help tells, the ones to begin with first.
func Commands() []Command {
	var out []Command
	told := map[string]bool{}
	add := func(verb string) {
		for _, h := range helps() {
			if h.verb == verb && !told[verb] {
				told[verb] = true
				out = append(out, Command{Verb: h.verb, Example: h.example, Does: h.does})
			}
		}
	}
	for _, verb := range helpFirst() {
		add(verb)
	}
	for _, h := range helps() {
		add(h.verb)
	}
	return out
}

// The app's message shortcut, as manifest.yml names it.
const (
	ShortcutID   = shortcutAnalyze
	ShortcutName = "Analyze this message"
)
