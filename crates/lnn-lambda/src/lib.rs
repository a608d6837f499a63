//! Neurons on AWS Lambda.
