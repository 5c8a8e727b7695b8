import { AssignerProtocol, type PartitionAssigner } from 'kafkajs';

/**
 * Gives nobody a partition: the members of a group of monitors read nothing. What they want of the group is its leader, which
 * the broker chooses, and its fence.
 */
export const leaderAssigner: PartitionAssigner = () => ({
  name: 'tidemark-leader',
  version: 0,
  protocol: ({ topics }) => ({
    name: 'tidemark-leader',
    metadata: AssignerProtocol.MemberMetadata.encode({ version: 0, topics, userData: Buffer.alloc(0) }),
  }),
  assign: async ({ members }) =>
    members.map(({ memberId }) => ({
      memberId,
      memberAssignment: AssignerProtocol.MemberAssignment.encode({
        version: 0,
        assignment: {},
        userData: Buffer.alloc(0),
      }),
    })),
});
