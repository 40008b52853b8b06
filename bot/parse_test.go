package bot

import (
	"strings"
	"testing"

	"ragoffire/engine"
)

func TestCommandsAreReadTheSameWayEverywhere(t *testing.T) {
	const either = "either" // by slash command and by mention
	for _, c := range []struct {
		how, in string
		want    command
	}{
		{either, "", command{verb: verbHelp}},
		{either, "  \n ", command{verb: verbHelp}},
		{either, "help", command{verb: verbHelp}},
		{either, "/incident", command{verb: verbHelp}},
		{either, "`/incident list`", command{verb: verbList}},
		{either, "/incident resolve throttled to 30%", command{verb: verbResolve, text: "throttled to 30%"}},
		{either, "`/Incident ack INC-2026-0042`", command{verb: verbAck, id: "INC-2026-0042"}},
		{either, "/incident assign <@U0BOB>", command{verb: verbAssign, care: care{owner: owner{id: "U0BOB"}}}},
		{either, "HELP me", command{verb: verbHelp, text: "me"}},
		{either, "?", command{verb: verbHelp}},
		{either, "list", command{verb: verbList}},
		{either, "ls", command{verb: verbList}},
		{either, "show", command{verb: verbShow}},
		{either, "show INC-2026-0042", command{verb: verbShow, id: "INC-2026-0042"}},
		{either, "show inc-2026-0042.", command{verb: verbShow, id: "INC-2026-0042"}},
		{either, "show `INC-2026-0042`", command{verb: verbShow, id: "INC-2026-0042"}},
		{either, "show “INC-2026-0042”", command{verb: verbShow, id: "INC-2026-0042"}},
		{either, "why inc-2026-0042?", command{verb: verbWhy, id: "INC-2026-0042"}},
		{either, "show \u200bINC\u20112026\u20110042", command{verb: verbShow, id: "INC-2026-0042"}},
		{either, "resolve “INC-2026-0042” by a restart", command{verb: verbResolve, id: "INC-2026-0042", text: "by a restart"}},
		{either, "resolve <https://rof.example/i/INC-2026-0042> by a restart", command{verb: verbResolve, id: "INC-2026-0042", text: "by a restart"}},
		{either, "why <https://rof.example/d/dec_01JC0000000000000000000000|rof.example/d/dec_01JC0000000000000000000000>", command{verb: verbWhy, id: "dec_01JC0000000000000000000000"}},
		{either, "note https://ci.example/i/9 has the log", command{verb: verbNote, text: "https://ci.example/i/9 has the log"}},
		{either, "status?", command{verb: verbStatus}},
		{either, "list\u200b", command{verb: verbList}},
		{either, "show postmortem-7", command{verb: verbShow, id: "postmortem-7"}},
		{either, "timeline postmortem-7", command{verb: verbTimeline, id: "postmortem-7"}},
		{either, "catchup INC-20260042", command{verb: verbCatchup, id: "INC-20260042"}},
		{either, "note INC-20260041 is another", command{verb: verbNote, text: "INC-20260041 is another"}},
		{either, "resolve INC0012345 of the vendor is closed", command{verb: verbResolve, text: "INC0012345 of the vendor is closed"}},
		{either, "details INC-2026-0042", command{verb: verbShow, id: "INC-2026-0042"}},
		{either, "ack", command{verb: verbAck}},
		{either, "Ack INC-2026-0042", command{verb: verbAck, id: "INC-2026-0042"}},
		{either, "acknowledge   INC-2026-0042  ", command{verb: verbAck, id: "INC-2026-0042"}},
		{either, "resolve", command{verb: verbResolve}},
		{either, "resolve throttled to 30%", command{verb: verbResolve, text: "throttled to 30%"}},
		{either, "resolve INC-2026-0042 throttled\nto 30%", command{verb: verbResolve, id: "INC-2026-0042", text: "throttled\nto 30%"}},
		{either, "fixed INC-2026-0042 by a restart", command{verb: verbResolve, id: "INC-2026-0042", text: "by a restart"}},
		{either, "approve dec_01jc0000000000000000000000", command{verb: verbApprove, id: "dec_01JC0000000000000000000000"}},
		{either, "approve: INC-2026-0042", command{verb: verbApprove, id: "INC-2026-0042"}},
		{either, "reject pool is fine, it&#39;s &lt;disk&gt; &amp; co", command{verb: verbReject, text: "pool is fine, it&#39;s <disk> & co"}},
		{either, "reject INC-2026-0042 see <https://g.example/x|g.example/x> with <@U0ALICE|alice> in <#C1|ops>", command{verb: verbReject, id: "INC-2026-0042", text: "see g.example/x with @alice in #ops"}},
		{either, "outcome worked", command{verb: verbOutcome, result: engine.Worked}},
		{either, "outcome failed INC-2026-0042 pool was fine", command{verb: verbOutcome, result: engine.Failed, id: "INC-2026-0042", text: "pool was fine"}},
		{either, "outcome inc-2026-0042: Reverted, queue grew", command{verb: verbOutcome, result: engine.Reverted, id: "INC-2026-0042", text: "queue grew"}},
		{either, "outcome not_tried dec_01jc0000000000000000000000", command{verb: verbOutcome, result: engine.NotTried, id: "dec_01JC0000000000000000000000"}},
		{either, "outcome worked at once", command{verb: verbOutcome, result: engine.Worked, text: "at once"}},
		{either, "outcome no", command{verb: verbOutcome, result: engine.Failed}},
		{either, "why", command{verb: verbWhy}},
		{either, "why dec_01JC0000000000000000000000", command{verb: verbWhy, id: "dec_01JC0000000000000000000000"}},
		{either, "evidence INC-2026-0042", command{verb: verbWhy, id: "INC-2026-0042"}},
		{either, "analyze inc-2026-0042", command{verb: verbWhy, id: "INC-2026-0042"}},
		{either, "analyze dec_01jc0000000000000000000000", command{verb: verbWhy, id: "dec_01JC0000000000000000000000"}},
		{either, "declare", command{verb: verbDeclare}},
		{either, "new checkout is down severity=critical", command{verb: verbDeclare, text: "checkout is down severity=critical"}},
		{either, "create nobody can pay", command{verb: verbDeclare, text: "nobody can pay"}},
		{either, "mitigate inc-2026-0042", command{verb: verbMitigate, id: "INC-2026-0042"}},
		{either, "mitigate sent them back", command{verb: verbMitigate, text: "sent them back"}},
		{either, "reopen INC-2026-0042 it is back", command{verb: verbReopen, id: "INC-2026-0042", text: "it is back"}},
		{either, "severity", command{verb: verbSeverity}},
		{either, "severity INC-2026-0042", command{verb: verbSeverity, id: "INC-2026-0042"}},
		{either, "sev INC-2026-0042 P1, nobody can pay", command{verb: verbSeverity, id: "INC-2026-0042", text: "nobody can pay", care: care{severity: engine.SeverityCritical}}},
		{either, "sev INC-2026-0042 “high”", command{verb: verbSeverity, id: "INC-2026-0042", care: care{severity: engine.SeverityHigh}}},
		{either, "sev high INC-2026-0042", command{verb: verbSeverity, id: "INC-2026-0042", care: care{severity: engine.SeverityHigh}}},
		{either, "assign me", command{verb: verbAssign, care: care{owner: owner{me: true}}}},
		{either, "assign INC-2026-0042 to <@U0BOB|bob>", command{verb: verbAssign, id: "INC-2026-0042", care: care{owner: owner{id: "U0BOB", name: "bob"}}}},
		{either, "assign INC-2026-0042 to <@U0BOB>!", command{verb: verbAssign, id: "INC-2026-0042", care: care{owner: owner{id: "U0BOB"}}}},
		{either, "assign <@U0BOB> INC-2026-0042", command{verb: verbAssign, id: "INC-2026-0042", care: care{owner: owner{id: "U0BOB"}}}},
		{either, "owner nobody", command{verb: verbAssign, care: care{owner: owner{nobody: true}}}},
		{either, "note", command{verb: verbNote}},
		{either, "note INC-2026-0042 pool is at 200", command{verb: verbNote, id: "INC-2026-0042", text: "pool is at 200"}},
		{either, "update we know\nthe cause", command{verb: verbUpdate, text: "we know\nthe cause"}},
		{either, "runbook RB-POOL", command{verb: verbRunbook, text: "RB-POOL"}},
		{either, "runbook INC-2026-0042", command{verb: verbRunbook, id: "INC-2026-0042"}},
		{either, "stats", command{verb: verbStats}},
		{either, "status", command{verb: verbStatus}},
		{either, "help all", command{verb: verbHelp, text: "all"}},
		{either, "similar database timeouts on checkout", command{verb: verbSimilar, text: "database timeouts on checkout"}},
		{either, "search INC-2026-0042", command{verb: verbSimilar, text: "INC-2026-0042"}},
		{"mention", "database timeouts on checkout, p99 up 450%", command{verb: verbAnalyze, text: "database timeouts on checkout, p99 up 450%"}},
		{"mention", "shop is down", command{verb: verbAnalyze, text: "shop is down"}},
		{"mention", "error_type=database_timeout", command{verb: verbAnalyze, text: "error_type=database_timeout"}},
		{either, "analyze error_type=database_timeout spike=450 service=checkout", command{verb: verbAnalyze, text: "error_type=database_timeout spike=450 service=checkout"}},
		{either, "analyse checkout is slow", command{verb: verbAnalyze, text: "checkout is slow"}},
	} {
		for _, mention := range []bool{true, false} {
			if !mention && c.how == "mention" {
				continue
			}
			got, err := testRenderer().parse(c.in, mention)
			if err != nil {
				t.Errorf("%q by mention %v: %v", c.in, mention, err)
				continue
			}
			if got.verb != c.want.verb || got.id != c.want.id || got.text != c.want.text || got.result != c.want.result || got.severity != c.want.severity || got.owner != c.want.owner {
				t.Errorf("%q by mention %v is %+v, want %+v", c.in, mention, got, c.want)
			}
		}
	}
}

func TestAnalyzeReadsPairsAndWordsInAnyMix(t *testing.T) {
	got, err := testRenderer().parse("analyze slow queries service=checkout p99 up 320% error_type=database_timeout", false)
	if err != nil {
		t.Fatal(err)
	}
	q := got.question
	if q.ErrorType != "database_timeout" || q.Service != "checkout" || q.Spike == nil || *q.Spike != 320 || !strings.Contains(q.Text, "slow queries") {
		t.Errorf("question %+v", q)
	}
}

func TestWhatIsNotUnderstoodGetsAHintWithAnExample(t *testing.T) {
	for _, c := range []struct {
		in      string
		mention bool
		want    []string
	}{
		{"lst", false, []string{"did you mean list?", "/incident list"}},
		{"analize error_type=x", false, []string{"did you mean analyze?", "/incident analyze error_type=database_timeout"}},
		{"resovle INC-2026-0042", true, []string{"did you mean resolve?"}},
		{"aprove", true, []string{"did you mean approve?"}},
		{"resovle INC-20260042 by a restart", true, []string{"did you mean resolve?"}},
		{"database is slow", false, []string{"did you mean analyze?", "/incident analyze database is slow"}},
		{"xyzzy", false, []string{"/incident help"}},
		{"xyzzy", true, []string{"/incident help"}},
		{"analyze", false, []string{"error_type=database_timeout spike=450 service=checkout"}},
		{"analyze spike=lots error_type=x", false, []string{"spike=lots is not a percentage", "spike=450"}},
		{"analyze error_type=", false, []string{"error_type= has no value"}},
		{"outcom worked", true, []string{"did you mean outcome?", "/incident outcome worked INC-2026-0042"}},
		{"outcome", true, []string{"worked, failed, reverted, not_tried", "/incident outcome worked INC-2026-0042"}},
		{"outcome INC-2026-0042 splendid", false, []string{"worked, failed, reverted, not_tried"}},
		{"simlar pool timeouts", false, []string{"did you mean similar?"}},
		{"similar", false, []string{"similar to what?", "/incident similar database timeouts"}},
		{"declair checkout is down", false, []string{"did you mean declare?"}},
		{"severty high", true, []string{"did you mean severity?"}},
		{"statuss", false, []string{"did you mean status?"}},
		{"noet x", false, []string{"did you mean note?"}},
		{"declare severity=awful x", false, []string{"severity is one of critical, high"}},
		{"severity awful", false, []string{"not \"awful\"", "/incident severity INC-2026-0042 critical"}},
		{"assign", false, []string{"assign it to whom?", "/incident assign INC-2026-0042 me"}},
		{"assign @bob", false, []string{"pick the person from the list"}},
		{"assign <!channel>", false, []string{"nobody to assign an incident to"}},
		{"why is it so", false, []string{"not an id", "/incident why INC-2026-0042"}},
		{"resolve INC-20260042 by a restart", false, []string{`"INC-20260042" is not an id; did you mean INC-2026-0042?`}},
		{"approve inc2026-42", true, []string{"did you mean INC-2026-42?"}},
		{"outcome worked INC–2026–0042", false, []string{"did you mean INC-2026-0042?"}},
		{"merge INC-20260043 INC-2026-0042", true, []string{"did you mean INC-2026-0043?"}},
		{"merge INC-2026-0043 `INC_2026_0042`", true, []string{"did you mean INC-2026-0042?"}},
		{"catchup on this", true, []string{"not an id", "/incident catchup INC-2026-0042"}},
		{"ack the thing", false, []string{"not an id", "/incident ack INC-2026-0042"}},
	} {
		_, err := testRenderer().parse(c.in, c.mention)
		if engine.KindOf(err) != engine.Invalid {
			t.Errorf("%q: error %v, want a hint", c.in, err)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(words(err, ""), want) {
				t.Errorf("%q: %q does not say %q", c.in, words(err, ""), want)
			}
		}
	}
}

func TestASilenceIsReadAsItWasTyped(t *testing.T) {
	for in, want := range map[string]string{
		`service=“checkout” 2h30m deploy`:       `service=checkout for 2 h 30 min, deploy`,
		`service="checkout api" env=prod 90s`:   `service="checkout api" env=prod for 1 min 30 s, `,
		`service=~“check.*|cart api” 1h`:        `service=~"check.*|cart api" for 60 min, `,
		`service=checkout 2h 30m deploy`:        `service=checkout for 2 h 30 min, deploy`,
		`service=checkout 1d for "the big day"`: `service=checkout for 24 h, for "the big day"`,
	} {
		s, err := silenceOf(in)
		if got := s.Words() + " for " + engine.Length(s.For) + ", " + s.Reason; err != nil || got != want {
			t.Errorf("%s is %s, %v", in, got, err)
		}
	}
}

func TestEveryExampleOfHelpIsACommand(t *testing.T) {
	r := testRenderer()
	for _, h := range helps() {
		example := strings.TrimPrefix(r.exampleOf(h.verb), "/incident ")
		c, err := r.parse(example, false)
		if err != nil || c.verb != h.verb {
			t.Errorf("the example %q is %+v, %v", example, c, err)
		}
	}
}

func TestAMentionIsTakenOffWhatWasSaid(t *testing.T) {
	for in, want := range map[string]string{
		"<@U0ROF> list":            "list",
		"  <@U0ROF|rof>: list":     "list",
		"<@W12345>, show":          "show",
		"<@U0BOB> <@U0ROF> ack":    "  ack",
		"please <@U0ROF> list":     "please   list",
		"list":                     "list",
		"<@U0ROF>":                 "",
		"<@U0ROF> ask <@U0ALICE> ": "ask <@U0ALICE> ",
	} {
		var p eventPayload
		p.Event.Text = in
		if got := p.said("U0ROF"); got != want {
			t.Errorf("%q says %q, want %q", in, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"analyze error_type=x", "resolve INC-2026-0042 text", "<@U1> list", "show dec_X", "&lt;", "“a b”=c", "\x00\xff", "ack\n\nINC-1-1"} {
		f.Add(s, true)
	}
	r := testRenderer()
	f.Fuzz(func(t *testing.T, s string, mention bool) {
		c, err := r.parse(s, mention)
		if err != nil {
			if engine.KindOf(err) != engine.Invalid {
				t.Errorf("%q: %v is no hint", s, err)
			}
			r.note(words(err, ""))
			return
		}
		known := false
		for _, h := range helps() {
			known = known || h.verb == c.verb
		}
		if !known {
			t.Errorf("%q is the verb %q", s, c.verb)
		}
	})
}
