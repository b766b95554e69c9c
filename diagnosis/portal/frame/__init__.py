"""What pages share: opening a chart, who the patient is, navigation, paging."""
