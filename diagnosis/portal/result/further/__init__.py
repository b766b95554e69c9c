"""What is fetched when somebody opens it: similar patients, counterfactuals, uncertainty."""
