package webhook_test

import (
	"strings"
	"testing"

	"ragoffire/webhook"
)

func TestWhereApproversAreNamedAClaimedNameIsNoVerdict(t *testing.T) {
	for _, elsewhere := range []bool{true, false} {
		r := start(t, func(c *webhook.Config) { c.Token, c.VerdictsElsewhere = secret, elsewhere }).withSeeds()
		id, _ := r.do("POST", "/api/v1/decisions/analyze", `{"error_type":"database_timeout","service":"checkout"}`).want(t, 200).field(t, "id").(string)
		review := "/api/v1/decisions/" + id + "/review"
		for _, c := range []struct{ method, body string }{
			{"POST", `{"verdict":"approve","actor":"U0ALICE"}`},
			{"POST", `{"verdict":"reject","actor":"@alice","reason":"no"}`},
			{"DELETE", `{"actor":"U0ALICE"}`},
		} {
			got := r.do(c.method, review, c.body)
			if elsewhere {
				got.want(t, 403).names(t, "approvers.api")
			} else if got.status == 403 {
				t.Errorf("%s %s = 403 %s", c.method, c.body, got.body)
			}
		}
		if n := len(r.do("GET", "/api/v1/decisions/"+id, "").want(t, 200).field(t, "reviews").([]any)); elsewhere && n > 0 {
			t.Errorf("%d verdicts are recorded", n)
		}
	}
}

func TestAPageOffersNoVerdictThatItMayNotGive(t *testing.T) {
	for _, elsewhere := range []bool{true, false} {
		r := start(t, func(c *webhook.Config) { c.VerdictsElsewhere = elsewhere }).withSeeds()
		sent := r.do("POST", "/api/v1/decisions/stream-anomaly", `{"error_type":"database_timeout","service":"checkout","title":"Checkout times out"}`).want(t, 202)
		id, _ := sent.field(t, "incident_id").(string)
		eventually(t, "a decision", func() bool {
			return strings.Contains(string(r.do("GET", "/api/v1/decisions?incident_id="+id, "").body), `"dec_`)
		})
		page := string(r.do("GET", "/i/"+id, "", "Accept: text/html").want(t, 200).body)
		if !strings.Contains(page, "Approval waits") || strings.Contains(page, `"verdict":"approve"`) == elsewhere || strings.Contains(page, "Approvers decide in Slack") != elsewhere {
			t.Errorf("elsewhere %v: the page offers otherwise", elsewhere)
		}
	}
}
