export * from '../../common/profile.ts';
