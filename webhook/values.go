package webhook

import (
	"encoding/json"
	"time"

	"ragoffire/engine"
)

// chartView is a line of values over time: a chart, and a table of the same.
type chartView struct {
	ID        string
	Name      string
	Unit      string
	Threshold *float64
	Rows      []engine.Sample
}

// chartsDrawn is how many alerts of an incident are drawn.
const chartsDrawn = 3

// chartsOf are the charts of an incident: of the alerts that had most values.
func chartsOf(alerts []engine.Alert) []chartView {
	var list []chartView
	for n := range alerts {
		a := &alerts[n]
		if len(a.Values) < 2 || len(list) == chartsDrawn {
			continue
		}
		list = append(list, chartView{ID: a.ID, Name: a.Summary(), Unit: a.Unit, Threshold: a.Threshold, Rows: a.Values})
	}
	return list
}

// Began is when the first of the values was.
func (c *chartView) Began() time.Time { return c.Rows[0].At }

// Raw is the alert as the API has it.
func (a alertView) Raw() string {
	b, err := json.MarshalIndent(a.Alert, "", "  ")
	if err != nil {
		return err.Error()
	}
	return string(b)
}
