package slackfake_test

import (
	"encoding/json"
	"testing"

	"ragoffire/bot/slackfake"
)

func TestBlocksAreTypesetAsPeopleReadThem(t *testing.T) {
	var blocks []map[string]any
	if err := json.Unmarshal([]byte(`[
		{"type":"header","text":{"type":"plain_text","text":"🔴 checkout *prod*"}},
		{"type":"section","text":{"type":"mrkdwn","text":"*critical* · since <!date^1795402870^{time}|03:01 UTC> · <https://g.example/d|Graph>\n1 &lt; 2 _quietly_"},"accessory":{"type":"button","text":{"type":"plain_text","text":"More"}}},
		{"type":"divider"},
		{"type":"context","elements":[{"type":"mrkdwn","text":"`+"`/incident show ID`"+` tells more"},{"type":"plain_text","text":"now"}]},
		{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"Approve"}},{"type":"button","text":{"type":"plain_text","text":"Reject"}}]},
		{"type":"input","optional":true,"label":{"type":"plain_text","text":"Why?"},"element":{"type":"plain_text_input"}},
		{"type":"input","label":{"type":"plain_text","text":"What"},"element":{"type":"radio_buttons","initial_option":{"value":"a"},"options":[{"text":{"type":"plain_text","text":"Fixed"},"value":"a"},{"text":{"type":"plain_text","text":"Not"},"value":"b"}]}}
	]`), &blocks); err != nil {
		t.Fatal(err)
	}
	const want = `🔴 checkout *prod*
critical · since 03:01 UTC · Graph
1 < 2 quietly [More]
────
/incident show ID tells more now
[Approve] [Reject]
Why? (optional): …
What: ● Fixed  ○ Not`
	if got := slackfake.Typeset(blocks); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestMarkupIsReadAsWords(t *testing.T) {
	for in, want := range map[string]string{
		"*a* · *b*":                       "a · b",
		"snake_case_name 2*3*4":           "snake_case_name 2*3*4",
		"<!subteam^S0SRE> <@U0ALICE>":     "@S0SRE @U0ALICE",
		"<https://x.example> &amp;amp; x": "https://x.example &amp; x",
	} {
		if got := slackfake.Plain(in); got != want {
			t.Errorf("Plain(%q) = %q, want %q", in, got, want)
		}
	}
}
