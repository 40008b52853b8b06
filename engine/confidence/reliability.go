package confidence

// Bin is a row of a reliability table: scores in [From, To), To included in the last bin.
type Bin struct {
	From, To   float64
	N          int
	MeanScore  float64
	ShareRight float64
}

// bins are the steps of Word: none, weak, likely, strong. Finer ones would stay empty for a team with fifty outcomes.
func bins() []Bin {
	return []Bin{{From: 0, To: Threshold}, {From: Threshold, To: .70}, {From: .70, To: .85}, {From: .85, To: 1}}
}

// Table tells how often scores were right, bin by bin; bins without outcomes are in it with N = 0. The scores may be raw
// or calibrated ones, whichever are to be judged.
func Table(outcomes []Outcome) []Bin {
	table := bins()
	for _, o := range outcomes {
		bin := &table[binOf(table, within(o.Raw))]
		bin.N++
		bin.MeanScore += within(o.Raw)
		if o.Right {
			bin.ShareRight++
		}
	}
	for i := range table {
		if n := float64(table[i].N); n > 0 {
			table[i].MeanScore /= n
			table[i].ShareRight /= n
		}
	}
	return table
}

func binOf(table []Bin, score float64) int {
	for i, bin := range table {
		if score < bin.To {
			return i
		}
	}
	return len(table) - 1
}

// Brier is the mean squared distance between score and truth, 0 without outcomes.
func Brier(outcomes []Outcome) float64 {
	sum := 0.
	for _, o := range outcomes {
		truth := 0.
		if o.Right {
			truth = 1
		}
		sum += (within(o.Raw) - truth) * (within(o.Raw) - truth)
	}
	return sum / float64(max(len(outcomes), 1))
}
